package io.github.kqueueffm.testsuite.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.testsuite.transport.AbstractComboTestsuiteTest.Runner;
import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.TestInfo;

/**
 * Netty's tests of multicast on the loopback interface. The shared tests look among the machine's
 * interfaces for one that can do it, and a simulated system has others.
 *
 * @param source an address that sends nothing
 */
public record LoopbackMulticast(String group, String source) {

  /** {@return what a test of the shared class does here} */
  public Runner<Bootstrap, Bootstrap> inPlaceOf(TestInfo test) {
    String name = test.getTestMethod().orElseThrow().getName();
    return switch (name) {
      case "testMulticast" -> this::joinAndLeave;
      // Netty's suite has it since 4.2.20.
      case "testMulticastWithWildcardLocalAddress" -> this::joinWithWildcardAddress;
      default -> throw new IllegalArgumentException("no test " + name + " on a simulated system");
    };
  }

  /** A channel that is bound to the wildcard joins and blocks on the interface of its option. */
  private void joinWithWildcardAddress(Bootstrap sender, Bootstrap receiver) throws Exception {
    InetAddress address = InetAddress.getByName(group);
    DatagramChannel channel = open(receiver.handler(new Ignoring()), NetUtil.LOOPBACK_IF);
    channel.joinGroup(address).sync();
    ChannelFuture blocked = channel.block(address, InetAddress.getByName(source)).await();
    if (!blocked.isSuccess()) {
      assertThat(blocked.cause()).isInstanceOf(UnsupportedOperationException.class);
    }
    channel.leaveGroup(address).sync();
    channel.close().sync();
  }

  /** Joins a group, receives what is sent to it, leaves, and receives nothing more. */
  private void joinAndLeave(Bootstrap sender, Bootstrap receiver) throws Exception {
    InetAddress group = InetAddress.getByName(this.group);
    NetworkInterface loopback = NetUtil.LOOPBACK_IF;
    BlockingQueue<Integer> received = new LinkedBlockingQueue<>();
    sender.handler(new Ignoring());
    receiver.handler(new Receiver(received));
    DatagramChannel from = open(sender, loopback);
    DatagramChannel to = open(receiver, loopback);
    assertThat(from.config().getNetworkInterface()).isEqualTo(loopback);
    int port = to.localAddress().getPort();
    InetSocketAddress target = new InetSocketAddress(group, port);

    to.joinGroup(target, loopback).sync();
    send(from, target, 1);
    assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo(1);

    to.leaveGroup(target, loopback).sync();
    send(from, target, 2);
    // What goes to the receiver itself comes after what would go to the group.
    send(from, new InetSocketAddress(ownAddress(group), port), 3);
    assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo(3);

    from.close().sync();
    to.close().sync();
  }

  private static String ownAddress(InetAddress group) {
    return group instanceof Inet4Address ? "127.0.0.1" : "::1";
  }

  private static DatagramChannel open(Bootstrap bootstrap, NetworkInterface loopback)
      throws InterruptedException {
    return (DatagramChannel)
        bootstrap
            .option(ChannelOption.IP_MULTICAST_IF, loopback)
            .option(ChannelOption.SO_REUSEADDR, true)
            .bind(new InetSocketAddress(0))
            .sync()
            .channel();
  }

  private static void send(DatagramChannel from, InetSocketAddress to, int number)
      throws InterruptedException {
    ByteBuf bytes = Unpooled.copyInt(number);
    from.writeAndFlush(new DatagramPacket(bytes, to)).sync();
  }

  @ChannelHandler.Sharable
  private static final class Ignoring extends ChannelInboundHandlerAdapter {}

  /** Keeps the numbers of the datagrams. */
  private static final class Receiver extends SimpleChannelInboundHandler<DatagramPacket> {
    private final BlockingQueue<Integer> received;

    Receiver(BlockingQueue<Integer> received) {
      this.received = received;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
      received.add(packet.content().readInt());
    }
  }
}
