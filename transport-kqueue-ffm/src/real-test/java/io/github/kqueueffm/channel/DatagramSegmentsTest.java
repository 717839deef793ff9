package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.SystemPromise;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** One call that sends or receives several datagrams, on the kernel's own sockets. */
@Tag("real")
@Needs(SystemPromise.LINUX_OPTIONS)
class DatagramSegmentsTest {
  private static final int SEGMENT = 1000;

  /** A segment of one letter after another, the last of which is shorter. */
  private static String text(int segments) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < segments; i++) {
      text.append(Character.toString('a' + i % 26).repeat(i == segments - 1 ? 77 : SEGMENT));
    }
    return text.toString();
  }

  private static List<String> segments(String text) {
    List<String> segments = new ArrayList<>();
    for (int at = 0; at < text.length(); at += SEGMENT) {
      segments.add(text.substring(at, Math.min(at + SEGMENT, text.length())));
    }
    return segments;
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.directBuffer().writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static List<String> received(Inbox inbox, int count) throws InterruptedException {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      texts.add(inbox.text());
    }
    return texts;
  }

  @Test
  void systemHasIt() {
    assertThat(KQueueFfmDatagramChannel.isSegmentedDatagramPacketSupported()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = SocketProtocolFamily.class,
      names = {"INET", "INET6"})
  void packetBecomesDatagrams(SocketProtocolFamily family) throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = fixture.local(inbox);
      KQueueFfmDatagramChannel sender = fixture.unbound(family, new Inbox());
      String text = text(5);
      sender
          .writeAndFlush(new SegmentedDatagramPacket(bytes(text), SEGMENT, receiver.localAddress()))
          .sync();
      assertThat(received(inbox, 5)).isEqualTo(segments(text));
    }
  }

  /** By one sendmmsg, with one datagram between them. */
  @Test
  void packetsOfAFlushBecomeDatagramsInOrder() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = fixture.local(inbox);
      KQueueFfmDatagramChannel sender = fixture.local(new Inbox());
      List<String> expected = new ArrayList<>();
      for (int segments : new int[] {3, 1, 7}) {
        String text = text(segments);
        expected.addAll(segments(text));
        sender.write(new SegmentedDatagramPacket(bytes(text), SEGMENT, receiver.localAddress()));
      }
      sender.writeAndFlush(new DatagramPacket(bytes("one"), receiver.localAddress())).sync();
      expected.add("one");
      assertThat(received(inbox, expected.size())).isEqualTo(expected);
    }
  }

  @Test
  void buffersOfEachKindAreCut() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = fixture.local(inbox);
      KQueueFfmDatagramChannel sender = fixture.local(new Inbox());
      sender.connect(receiver.localAddress()).sync();
      String text = text(4);
      ByteBuf heap = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
      ByteBuf pieces =
          Unpooled.compositeBuffer()
              .addComponents(true, bytes(text.substring(0, 1500)), bytes(text.substring(1500)));
      for (ByteBuf content : new ByteBuf[] {heap, pieces}) {
        sender
            .writeAndFlush(new SegmentedDatagramPacket(content, SEGMENT, receiver.localAddress()))
            .sync();
        assertThat(received(inbox, 4)).isEqualTo(segments(text));
        assertThat(content.refCnt()).isZero();
      }
    }
  }

  @Test
  void moreSegmentsThanTheKernelTakesFailTheirPromise() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = fixture.local(inbox);
      KQueueFfmDatagramChannel sender = fixture.local(new Inbox());
      ByteBuf content = bytes("x".repeat(2000));
      ChannelFuture sent =
          sender.writeAndFlush(new SegmentedDatagramPacket(content, 1, receiver.localAddress()));
      assertThat(sent.await().cause())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("2000 bytes in datagrams of 1 (UDP_SEGMENT)")
          .hasMessageContaining("EINVAL");
      assertThat(content.refCnt()).isZero();
      sender.writeAndFlush(new DatagramPacket(bytes("next"), receiver.localAddress())).sync();
      assertThat(inbox.text()).isEqualTo("next");
    }
  }

  /** The loopback interface passes what was sent by one call on as one. */
  @ParameterizedTest
  @CsvSource({"0, 0", "1500, 0", "0, 65535", "1500, 65535", "65535, 200000"})
  void datagramsThatComeTogetherAreDeliveredSingly(int payload, int room) throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = fixture.local(inbox);
      KQueueFfmDatagramChannelConfig config = receiver.config();
      config.setMaxDatagramPayloadSize(payload);
      if (room > 0) {
        config.setRecvByteBufAllocator(new FixedRecvByteBufAllocator(room));
      }
      assertThat(config.setOption(KQueueFfmChannelOption.UDP_GRO, true)).isTrue();
      assertThat(config.getOptions()).containsEntry(KQueueFfmChannelOption.UDP_GRO, true);
      assertThat(kernels(receiver)).isEqualTo(1);
      KQueueFfmDatagramChannel sender = fixture.local(new Inbox());
      List<String> expected = new ArrayList<>();
      for (int segments : new int[] {60, 2, 1}) {
        String text = text(segments);
        expected.addAll(segments(text));
        sender.write(new SegmentedDatagramPacket(bytes(text), SEGMENT, receiver.localAddress()));
      }
      sender.flush();
      assertThat(received(inbox, 63)).isEqualTo(expected);
      config.setUdpGro(false);
      assertThat(config.isUdpGro()).isFalse();
      assertThat(kernels(receiver)).isZero();
    }
  }

  private static int kernels(KQueueFfmDatagramChannel channel) throws IOException {
    return channel.socket().getInt(Constant.IPPROTO_UDP, Constant.UDP_GRO);
  }

  @Test
  void optionMayBeSetBetweenReadsAndKeepsTheAllocator() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = fixture.local(inbox);
      KQueueFfmDatagramChannel sender = fixture.local(new Inbox());
      sender.writeAndFlush(new DatagramPacket(bytes("first"), receiver.localAddress())).sync();
      assertThat(inbox.text()).isEqualTo("first");
      KQueueFfmDatagramChannelConfig config = receiver.config();
      RecvByteBufAllocator allocator = config.getRecvByteBufAllocator();
      config.setUdpGro(true);
      String text = text(40);
      sender
          .writeAndFlush(new SegmentedDatagramPacket(bytes(text), SEGMENT, receiver.localAddress()))
          .sync();
      assertThat(received(inbox, 40)).isEqualTo(segments(text));
      assertThat(config.<RecvByteBufAllocator>getRecvByteBufAllocator()).isSameAs(allocator);
    }
  }

  @Test
  void packetForTheConnectedPeerMayNameItsSenderOnly() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = fixture.local(inbox);
      KQueueFfmDatagramChannel sender = fixture.local(new Inbox());
      sender.connect(receiver.localAddress()).sync();
      String text = text(2);
      ByteBuf heap = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
      sender
          .writeAndFlush(new SegmentedDatagramPacket(heap, SEGMENT, null, sender.localAddress()))
          .sync();
      assertThat(received(inbox, 2)).isEqualTo(segments(text));
      assertThat(heap.refCnt()).isZero();
    }
  }
}
