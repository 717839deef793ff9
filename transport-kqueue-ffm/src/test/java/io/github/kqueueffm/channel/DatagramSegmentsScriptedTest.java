package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Packets of several datagrams on a system that does not cut buffers. */
class DatagramSegmentsScriptedTest {
  private static final Os OS = Os.FREEBSD_X86_64;

  private static ByteBuf text(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  @Test
  void packetIsRefusedWithTheReasonAndReleased() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = udp.bound(udp.bootstrap());
      ByteBuf content = text("two");
      assertThat(
              channel
                  .writeAndFlush(new SegmentedDatagramPacket(content, 2, ScriptedUdp.PEER))
                  .cause())
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("SegmentedDatagramPacket")
          .hasMessageContaining("write a DatagramPacket for each datagram");
      assertThat(content.refCnt()).isZero();
    }
  }

  @Test
  void packetOfOneDatagramIsSent() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = udp.bound(udp.bootstrap());
      udp.loop.udp().send(ScriptedUdp.FD, "one", udp.peer).answers(3);
      assertThat(
              channel
                  .writeAndFlush(new SegmentedDatagramPacket(text("one"), 3, ScriptedUdp.PEER))
                  .isSuccess())
          .isTrue();
    }
  }

  @Test
  void optionOfTheReceiveDoesNotExist() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = udp.bound(udp.bootstrap());
      assertThat(channel.config().setOption(KQueueFfmChannelOption.UDP_GRO, true)).isFalse();
      KQueueFfmDatagramChannelConfig config = (KQueueFfmDatagramChannelConfig) channel.config();
      assertThatThrownBy(() -> config.setUdpGro(true))
          .isInstanceOf(UnsupportedOperationException.class);
    }
  }
}
