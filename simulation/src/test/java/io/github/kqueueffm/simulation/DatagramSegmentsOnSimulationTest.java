package io.github.kqueueffm.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmChannelOption;
import io.github.kqueueffm.channel.SimulatedChannels;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A packet of several datagrams on simulated systems: only Linux cuts it and joins what comes. */
@Timeout(60)
class DatagramSegmentsOnSimulationTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);

  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
  private Simulation simulation;
  private EventLoopGroup group;
  private Bootstrap bootstrap;

  private void system(SimulatedSystem system) {
    simulation = Simulation.inRealTime(system);
    SimulatedChannels channels = new SimulatedChannels(simulation.kernel());
    group = new MultiThreadIoEventLoopGroup(1, channels.handlers());
    bootstrap = new Bootstrap().group(group).channelFactory(channels::udp);
  }

  @AfterEach
  void end() {
    group.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
    assertThat(simulation.left()).isEmpty();
  }

  private Channel receiver(boolean joined) throws InterruptedException {
    Bootstrap receiving =
        bootstrap
            .clone()
            .handler(
                new SimpleChannelInboundHandler<DatagramPacket>() {
                  @Override
                  protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
                    received.add(packet.content().toString(StandardCharsets.US_ASCII));
                  }
                });
    if (joined) {
      receiving.option(KQueueFfmChannelOption.UDP_GRO, true);
    }
    return receiving.bind(ANY_PORT).sync().channel();
  }

  private ChannelFuture send(Channel to, String text, int size) throws InterruptedException {
    Channel sender =
        bootstrap
            .clone()
            .handler(new ChannelInboundHandlerAdapter())
            .bind(ANY_PORT)
            .sync()
            .channel();
    return sender
        .writeAndFlush(
            new SegmentedDatagramPacket(
                Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII),
                size,
                (InetSocketAddress) to.localAddress()))
        .await();
  }

  private List<String> received(int count) throws InterruptedException {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      texts.add(received.poll(10, TimeUnit.SECONDS));
    }
    return texts;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void linuxSendsAndReceivesDatagramsTogether(boolean joined) throws Exception {
    system(SimulatedSystem.LINUX);
    Channel receiver = receiver(joined);
    assertThat(send(receiver, "one two no", 4).isSuccess()).isTrue();
    assertThat(received(3)).containsExactly("one ", "two ", "no");
  }

  @Test
  void linuxRefusesMoreThanItsMost() throws Exception {
    system(SimulatedSystem.LINUX);
    Channel receiver = receiver(false);
    assertThat(send(receiver, "x".repeat(129), 1).cause()).hasMessageContaining("EINVAL");
    assertThat(send(receiver, "x".repeat(128), 1).isSuccess()).isTrue();
    assertThat(received(128)).containsOnly("x");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LINUX")
  void otherSystemSaysThatItCannot(SimulatedSystem system) throws Exception {
    system(system);
    Channel receiver = receiver(false);
    assertThat(send(receiver, "one two", 4).cause())
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("write a DatagramPacket for each datagram");
  }
}
