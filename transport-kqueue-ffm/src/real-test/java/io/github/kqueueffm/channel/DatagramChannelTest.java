package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.DatagramFixture.LOOPBACK4;
import static io.github.kqueueffm.channel.DatagramFixture.LOOPBACK6;
import static io.github.kqueueffm.channel.DatagramFixture.loopback;
import static io.github.kqueueffm.channel.DatagramFixture.settle;
import static io.github.kqueueffm.channel.DatagramFixture.to;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.SystemPromise;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultAddressedEnvelope;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Datagrams from and to sockets that are not connected. */
@Tag("real")
final class DatagramChannelTest {

  static ByteBuf text(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
  }

  static DatagramPacket packet(String text, InetSocketAddress recipient) {
    return new DatagramPacket(text(text), recipient);
  }

  @ParameterizedTest
  @EnumSource(
      value = SocketProtocolFamily.class,
      names = {"INET", "INET6"})
  void datagramAndItsAnswerCarryBothAddresses(SocketProtocolFamily family) throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      var own = family == SocketProtocolFamily.INET ? LOOPBACK4 : LOOPBACK6;
      Inbox server = new Inbox.Echo();
      Inbox client = new Inbox();
      KQueueFfmDatagramChannel serving =
          fixture.bind(family, new InetSocketAddress(own, 0), server);
      KQueueFfmDatagramChannel asking = fixture.bind(family, new InetSocketAddress(own, 0), client);
      asking.writeAndFlush(packet("question", serving.localAddress())).sync();
      assertThat(server.letter())
          .isEqualTo(new Inbox.Letter("question", asking.localAddress(), serving.localAddress()));
      assertThat(client.letter())
          .isEqualTo(new Inbox.Letter("question", serving.localAddress(), asking.localAddress()));
    }
  }

  @Test
  @Needs(SystemPromise.HEARS_BOTH_FAMILIES)
  void socketOfBothFamiliesExchangesWithEach() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox both = new Inbox.Echo();
      KQueueFfmDatagramChannel serving = fixture.bind(null, new InetSocketAddress(0), both);
      int port = serving.localAddress().getPort();
      for (SocketProtocolFamily family :
          List.of(SocketProtocolFamily.INET, SocketProtocolFamily.INET6)) {
        var own = family == SocketProtocolFamily.INET ? LOOPBACK4 : LOOPBACK6;
        Inbox inbox = new Inbox();
        KQueueFfmDatagramChannel client =
            fixture.bind(family, new InetSocketAddress(own, 0), inbox);
        InetSocketAddress server = new InetSocketAddress(own, port);
        client.writeAndFlush(packet("from " + family, server)).sync();
        Inbox.Letter letter = both.letter();
        assertThat(letter.sender()).as("not a v4-mapped one").isEqualTo(client.localAddress());
        assertThat(inbox.letter().sender()).isEqualTo(server);
      }
    }
  }

  /** netty/netty#17498: bound to the IPv4 wildcard, an IPv6 socket has to hear IPv6 as well. */
  @Test
  @Needs(SystemPromise.HEARS_BOTH_FAMILIES)
  void wildcardOfIpv4OnSocketOfBothFamiliesMeansBoth_netty17498() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel channel =
          fixture.bind(null, new InetSocketAddress("0.0.0.0", 0), inbox);
      int port = channel.localAddress().getPort();
      KQueueFfmDatagramChannel sender =
          fixture.bind(
              SocketProtocolFamily.INET6, new InetSocketAddress(LOOPBACK6, 0), new Inbox());
      sender.writeAndFlush(packet("six", new InetSocketAddress(LOOPBACK6, port))).sync();
      assertThat(inbox.text()).isEqualTo("six");
    }
  }

  /** netty/netty#11588: the family is one of the socket, not of the JVM. */
  @Test
  void addressOfOtherFamilyFailsItsDatagramAlone() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = fixture.local(inbox);
      KQueueFfmDatagramChannel sender = fixture.local(new Inbox());
      ChannelFuture first = sender.write(packet("one", to(receiver)));
      ChannelFuture wrong =
          sender.write(
              packet("six", new InetSocketAddress(LOOPBACK6, receiver.localAddress().getPort())));
      ChannelFuture last = sender.writeAndFlush(packet("two", to(receiver)));
      assertThat(wrong.await().cause()).isInstanceOf(UnsupportedAddressTypeException.class);
      assertThat(first.await().isSuccess()).isTrue();
      assertThat(last.await().isSuccess()).isTrue();
      assertThat(sender.isOpen()).isTrue();
      assertThat(inbox.text()).isEqualTo("one");
      assertThat(inbox.text()).isEqualTo("two");
    }
  }

  @Test
  void nameThatWasNotResolvedFailsItsDatagramAlone() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel channel = fixture.local(inbox);
      InetSocketAddress name = InetSocketAddress.createUnresolved("name.invalid", 53);
      ChannelFuture packet = channel.writeAndFlush(packet("lost", name));
      ChannelFuture envelope =
          channel.writeAndFlush(new DefaultAddressedEnvelope<>(text("lost"), name));
      assertThat(packet.await().cause()).isInstanceOf(UnresolvedAddressException.class);
      assertThat(envelope.await().cause()).isInstanceOf(UnresolvedAddressException.class);
      channel.writeAndFlush(packet("kept", to(channel))).sync();
      assertThat(inbox.text()).isEqualTo("kept");
    }
  }

  /** libkqueue#39: an empty datagram is no end of a stream. */
  @Test
  void emptyDatagramsAreSentAndReceived() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox server = new Inbox.Echo();
      Inbox client = new Inbox();
      KQueueFfmDatagramChannel serving = fixture.local(server);
      KQueueFfmDatagramChannel asking = fixture.local(client);
      asking.writeAndFlush(new DatagramPacket(Unpooled.EMPTY_BUFFER, to(serving))).sync();
      asking.writeAndFlush(new DatagramPacket(Unpooled.buffer(0), to(serving))).sync();
      asking.writeAndFlush(new DatagramPacket(Unpooled.compositeBuffer(), to(serving))).sync();
      asking.writeAndFlush(packet("full", to(serving))).sync();
      for (String text : List.of("", "", "", "full")) {
        assertThat(server.text()).isEqualTo(text);
        assertThat(client.text()).isEqualTo(text);
      }
      assertThat(serving.isOpen()).isTrue();
    }
  }

  @Test
  void everyKindOfBufferIsSentWhole() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = fixture.local(inbox);
      KQueueFfmDatagramChannel sender = fixture.local(new Inbox());
      byte[] bytes = "0123456789".getBytes(StandardCharsets.US_ASCII);
      CompositeByteBuf direct = Unpooled.compositeBuffer();
      CompositeByteBuf mixed = Unpooled.compositeBuffer();
      direct.addComponent(true, Unpooled.directBuffer().writeBytes(bytes, 0, 4));
      direct.addComponent(true, Unpooled.directBuffer().writeBytes(bytes, 4, 6));
      mixed.addComponent(true, Unpooled.buffer().writeBytes(bytes, 0, 4));
      mixed.addComponent(true, Unpooled.directBuffer().writeBytes(bytes, 4, 6));
      List<ByteBuf> buffers =
          List.of(
              Unpooled.wrappedBuffer(bytes),
              Unpooled.directBuffer().writeBytes(bytes),
              Unpooled.directBuffer().writeBytes(bytes).asReadOnly(),
              Unpooled.directBuffer().writeZero(3).writeBytes(bytes).skipBytes(3),
              Unpooled.directBuffer().writeZero(3).writeBytes(bytes).slice(3, bytes.length),
              direct,
              mixed);
      for (ByteBuf buffer : buffers) {
        sender.writeAndFlush(new DatagramPacket(buffer, to(receiver))).sync();
        assertThat(inbox.text()).as("%s", buffer).isEqualTo("0123456789");
        assertThat(buffer.refCnt()).as("%s", buffer).isZero();
      }
    }
  }

  @Test
  void bufferOfMorePiecesThanIovMaxIsCopied() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver = fixture.local(inbox);
      CompositeByteBuf pieces = Unpooled.compositeBuffer(2000);
      for (int i = 0; i < 1500; i++) {
        pieces.addComponent(true, Unpooled.directBuffer(1).writeByte('a' + i % 26));
      }
      String whole = pieces.toString(StandardCharsets.US_ASCII);
      receiver.writeAndFlush(new DatagramPacket(pieces, to(receiver))).sync();
      assertThat(inbox.text()).isEqualTo(whole);
      assertThat(pieces.refCnt()).isZero();
    }
  }

  @Test
  void envelopeOfAnyTypeIsSent() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel channel = fixture.local(inbox);
      AddressedEnvelope<ByteBuf, InetSocketAddress> heap =
          new DefaultAddressedEnvelope<>(text("heap"), to(channel));
      AddressedEnvelope<ByteBuf, InetSocketAddress> direct =
          new DefaultAddressedEnvelope<>(
              Unpooled.directBuffer().writeBytes("direct".getBytes(StandardCharsets.US_ASCII)),
              to(channel));
      channel.write(heap);
      channel.writeAndFlush(direct).sync();
      assertThat(inbox.text()).isEqualTo("heap");
      assertThat(inbox.text()).isEqualTo("direct");
      assertThat(heap.refCnt()).isZero();
      assertThat(direct.refCnt()).isZero();
    }
  }

  @Test
  void otherMessageIsRefusedByItsType() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      KQueueFfmDatagramChannel channel = fixture.local(new Inbox());
      assertThat(channel.writeAndFlush("text").await().cause())
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("String")
          .hasMessageContaining("DatagramPacket");
    }
  }

  @Test
  void bufferWithoutConnectionFailsAlone() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel channel = fixture.local(inbox);
      ChannelFuture nowhere = channel.write(text("nowhere"));
      ChannelFuture here = channel.writeAndFlush(packet("here", to(channel)));
      assertThat(nowhere.await().cause()).isInstanceOf(NotYetConnectedException.class);
      assertThat(here.await().isSuccess()).isTrue();
      assertThat(inbox.text()).isEqualTo("here");
    }
  }

  @Test
  void channelThatIsActiveOnRegistrationSendsWithoutBind() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox server = new Inbox.Echo();
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel serving = fixture.local(server);
      KQueueFfmDatagramChannel client = fixture.unbound(SocketProtocolFamily.INET, inbox);
      assertThat(client.isActive()).isTrue();
      assertThat(client.localAddress()).isNull();
      client.writeAndFlush(packet("hello", to(serving))).sync();
      assertThat(inbox.text()).isEqualTo("hello");
      assertThat(client.localAddress().getPort()).isPositive();
    }
  }

  @Test
  void channelThatIsNeitherBoundNorConnectedIsNotActive() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      Channel channel =
          fixture.bootstrap(SocketProtocolFamily.INET, inbox).register().sync().channel();
      assertThat(channel.isActive()).isFalse();
      assertThat(channel.writeAndFlush(packet("early", loopback(4))).await().cause())
          .isInstanceOf(NotYetConnectedException.class);
      channel.bind(loopback(0)).sync();
      assertThat(channel.isActive()).isTrue();
      settle(channel);
      assertThat(inbox.activations).hasValue(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void readTakesOneDatagramAtATimeWithoutAutoRead(boolean batched) throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel receiver =
          fixture.bound(
              fixture
                  .bootstrap(SocketProtocolFamily.INET, inbox)
                  .option(ChannelOption.AUTO_READ, false),
              loopback(0));
      KQueueFfmDatagramChannel sender = fixture.local(new Inbox());
      List<ChannelFuture> sent = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        sent.add(
            batched
                ? sender.write(packet("" + i, to(receiver)))
                : sender.writeAndFlush(packet("" + i, to(receiver))));
      }
      sender.flush();
      for (ChannelFuture future : sent) {
        future.sync();
      }
      for (int i = 0; i < 3; i++) {
        inbox.assertEmpty();
        receiver.read();
        assertThat(inbox.text()).isEqualTo("" + i);
        settle(receiver);
      }
      inbox.assertEmpty();
    }
  }

  @Test
  void datagramLargerThanTheBufferIsTruncated() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel channel = fixture.local(inbox);
      channel.writeAndFlush(packet("x".repeat(3000), to(channel))).sync();
      assertThat(inbox.text()).hasSize(2048);
    }
  }

  @Test
  void handlerMayCloseTheChannelBetweenDatagrams() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox closing =
          new Inbox() {
            @Override
            void received(ChannelHandlerContext context, Object message) {
              context.close();
            }
          };
      KQueueFfmDatagramChannel receiver = fixture.local(closing);
      KQueueFfmDatagramChannel sender = fixture.local(new Inbox());
      for (int i = 0; i < 10; i++) {
        sender.write(packet("" + i, to(receiver)));
      }
      sender.flush();
      assertThat(closing.text()).isEqualTo("0");
      receiver.closeFuture().sync();
      closing.assertEmpty();
    }
  }

  @Test
  void listenerMayCloseTheChannelBetweenDatagrams() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      KQueueFfmDatagramChannel receiver = fixture.local(new Inbox());
      KQueueFfmDatagramChannel sender = fixture.local(new Inbox());
      ChannelFuture first = sender.write(packet("one", to(receiver)));
      first.addListener(future -> sender.close());
      List<ChannelFuture> others = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        others.add(
            sender.write(
                new DatagramPacket(
                    Unpooled.compositeBuffer()
                        .addComponent(true, text("a"))
                        .addComponent(true, text("b")),
                    to(receiver))));
      }
      sender.flush();
      first.sync();
      sender.closeFuture().sync();
      for (ChannelFuture other : others) {
        other.await();
        assertThat(other.isSuccess() || other.cause() instanceof ClosedChannelException).isTrue();
      }
    }
  }

  @Test
  void bindArmsEarlierRead() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox =
          new Inbox() {
            @Override
            public void channelRegistered(ChannelHandlerContext context) {
              context.read();
            }
          };
      KQueueFfmDatagramChannel receiver =
          fixture.bound(
              fixture
                  .bootstrap(SocketProtocolFamily.INET, inbox)
                  .option(ChannelOption.AUTO_READ, false),
              loopback(0));
      fixture.local(new Inbox()).writeAndFlush(packet("one", to(receiver))).sync();
      assertThat(inbox.text()).isEqualTo("one");
    }
  }
}
