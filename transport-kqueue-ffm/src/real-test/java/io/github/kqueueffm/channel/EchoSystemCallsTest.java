package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.syscall.CountingKernel;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.testkit.EchoHandler;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.DataInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which system calls an echo takes: counted at the one door that all of them go through. */
@Timeout(60)
@Tag("real")
class EchoSystemCallsTest {
  private static final Set<String> WAITS = Set.of("kevent", "epollWait", "epollPwait2");
  private static final int MESSAGE_BYTES = 100;
  private static final int RECEIVE_BUFFER_BYTES = 2048;

  /** More than one, or the allocator and not the channel would end a turn after a receive. */
  private static final int MOST_RECEIVES = 16;

  private static final int ECHOES = 200;
  private static final int VISITS = 50;

  private final CountingKernel trace = CountingKernel.over(Kernels.system());

  @Test
  void echoIsOneReceiveAndOneSendAndATurnIsOneWait() throws Exception {
    EventLoopGroup group = group();
    try {
      Channel server = bind(group);
      List<String> calls;
      try (Socket client = connect(server)) {
        echo(client);
        trace.reset();
        for (int i = 0; i < ECHOES; i++) {
          echo(client);
        }
        calls = trace.calls();
      }
      // Up to the last send: the loop's next wait may or may not have begun.
      assertThat(fromFirstReceiveToLastSend(calls)).isEqualTo(turns(ECHOES));
      assertThat(calls).doesNotContain("epollCtl", "setsockopt", "getsockopt", "ioctl", "fcntl");
    } finally {
      shutDown(group);
    }
  }

  @Test
  void idleConnectionsTakeNoSystemCallWhileAnotherEchoes() throws Exception {
    EventLoopGroup group = group();
    List<Socket> idle = new ArrayList<>();
    try {
      Channel server = bind(group);
      for (int i = 0; i < 20; i++) {
        Socket client = connect(server);
        idle.add(client);
        echo(client);
      }
      try (Socket client = connect(server)) {
        echo(client);
        trace.reset();
        for (int i = 0; i < ECHOES; i++) {
          echo(client);
        }
        assertThat(fromFirstReceiveToLastSend(trace.calls())).isEqualTo(turns(ECHOES));
      }
    } finally {
      for (Socket client : idle) {
        client.close();
      }
      shutDown(group);
    }
  }

  @Test
  @Needs(SystemPromise.EPOLL)
  void connectionWithOneEchoIsElevenSystemCallsAtMost() throws Exception {
    EventLoopGroup group = group();
    try {
      Channel server = bind(group);
      // At the first one is seen that connections inherit TCP_NODELAY.
      visit(server);
      trace.reset();
      for (int i = 0; i < VISITS; i++) {
        visit(server);
      }
      List<String> calls = trace.calls();
      List<String> others = calls.stream().filter(call -> !WAITS.contains(call)).toList();
      List<String> expected =
          List.of("accept4", "accept4", "epollCtl", "recv", "send", "recv", "epollCtl", "close");
      assertThat(others)
          .isEqualTo(Collections.nCopies(VISITS, expected).stream().flatMap(List::stream).toList());
      // For the connection, its message and its end; one may stand for two of them, and the loop's
      // next one may have begun.
      assertThat(calls.size() - others.size()).isLessThanOrEqualTo(3 * VISITS + 1);
    } finally {
      shutDown(group);
    }
  }

  private static void visit(Channel server) throws Exception {
    try (Socket client = connect(server)) {
      echo(client);
      client.shutdownOutput();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  /** The calls with every wait under one name, from the first recv to the last send. */
  private static List<String> fromFirstReceiveToLastSend(List<String> calls) {
    List<String> named = calls.stream().map(call -> WAITS.contains(call) ? "wait" : call).toList();
    return named.subList(named.indexOf("recv"), named.lastIndexOf("send") + 1);
  }

  private static List<String> turns(int echoes) {
    List<String> turns =
        new ArrayList<>(Collections.nCopies(echoes, List.of("recv", "send", "wait")))
            .stream().flatMap(List::stream).toList();
    return turns.subList(0, turns.size() - 1);
  }

  private EventLoopGroup group() {
    return new MultiThreadIoEventLoopGroup(
        1, KQueueFfmIoHandler.newFactory(trace.kernel(), 0, DefaultSelectStrategyFactory.INSTANCE));
  }

  private Channel bind(EventLoopGroup group) throws Exception {
    return new ServerBootstrap()
        .group(group)
        .channelFactory(this::newServerChannel)
        .childOption(
            ChannelOption.RECVBUF_ALLOCATOR,
            new FixedRecvByteBufAllocator(RECEIVE_BUFFER_BYTES).maxMessagesPerRead(MOST_RECEIVES))
        .childHandler(new EchoHandler())
        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .sync()
        .channel();
  }

  private KQueueFfmServerSocketChannel newServerChannel() {
    Kernel kernel = trace.kernel();
    return new KQueueFfmServerSocketChannel(Sockets.listener(kernel, null), false);
  }

  private static Socket connect(Channel server) throws Exception {
    InetSocketAddress address = (InetSocketAddress) server.localAddress();
    Socket client = new Socket(address.getAddress(), address.getPort());
    client.setTcpNoDelay(true);
    client.setSoTimeout(20_000);
    return client;
  }

  private static void echo(Socket client) throws Exception {
    byte[] message = new byte[MESSAGE_BYTES];
    new Random(1).nextBytes(message);
    client.getOutputStream().write(message);
    byte[] answer = new byte[MESSAGE_BYTES];
    new DataInputStream(client.getInputStream()).readFully(answer);
    assertThat(answer).isEqualTo(message);
  }

  private static void shutDown(EventLoopGroup group) {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
