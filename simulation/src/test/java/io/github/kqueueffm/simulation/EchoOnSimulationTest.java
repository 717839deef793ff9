package io.github.kqueueffm.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.channel.SimulatedChannels;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.NativeMemory;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What an echo takes on each system's kqueue, in system calls, changes and knotes. {@code
 * EchoSystemCallsTest} counts the calls on Linux itself.
 */
@Timeout(60)
class EchoOnSimulationTest {
  private static final int MESSAGE = 100;
  private static final int ECHOES = 50;
  private static final int IDLE = 20;

  private Recording kernel;
  private Simulation simulation;
  private EventLoopGroup group;
  private InetSocketAddress server;

  /** Lists the calls of the loop, a kevent with the number of its changes. */
  private static final class Recording extends SimulatedKernel {
    private final Thread client = Thread.currentThread();
    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());

    private Recording(World world) {
      super(world, Faults.NONE);
    }

    @Override
    long make(Call call, long a, long b, long c, long d, long e, long f, long g) {
      if (Thread.currentThread() != client) {
        calls.add(call == Call.KEVENT ? "kevent of " + c : call.function());
      }
      return super.make(call, a, b, c, d, e, f, g);
    }
  }

  @Sharable
  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      context.writeAndFlush(message, context.voidPromise());
    }
  }

  private static final class DatagramEcho extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      DatagramPacket packet = (DatagramPacket) message;
      context.writeAndFlush(
          new DatagramPacket(packet.content(), packet.sender()), context.voidPromise());
    }
  }

  private SimulatedChannels start(SimulatedSystem system) {
    simulation = Simulation.inRealTime(system);
    kernel = new Recording(simulation.world());
    SimulatedChannels channels = new SimulatedChannels(kernel);
    group = new MultiThreadIoEventLoopGroup(1, channels.handlers());
    return channels;
  }

  private void system(SimulatedSystem system) throws InterruptedException {
    SimulatedChannels channels = start(system);
    Channel channel =
        new ServerBootstrap()
            .group(group)
            .channelFactory(channels::tcpServer)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(2048))
            .childHandler(new Echo())
            .bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))
            .sync()
            .channel();
    server = (InetSocketAddress) channel.localAddress();
  }

  @AfterEach
  void end() {
    group.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private KernelSocket connect() throws IOException {
    return connect(Constant.SOCK_STREAM);
  }

  private KernelSocket connect(Constant type) throws IOException {
    Kernel peers = simulation.kernel();
    KernelSocket socket =
        KernelSocket.open(
            peers, peers.platform().get(Constant.AF_INET), peers.platform().get(type));
    socket.connect(server);
    return socket;
  }

  private void echo(KernelSocket socket) {
    Kernel peers = simulation.kernel();
    long memory = NativeMemory.allocate(MESSAGE);
    try {
      assertThat(peers.send(socket.fd(), memory, MESSAGE, 0)).isEqualTo(MESSAGE);
      long received = -1;
      while (received < 0) {
        received = peers.recv(socket.fd(), memory, MESSAGE, 0);
      }
      assertThat(received).isEqualTo(MESSAGE);
    } finally {
      NativeMemory.free(memory);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LINUX")
  void echoIsOneReceiveOneSendAndOneKeventThatArmsAgain(SimulatedSystem system) throws Exception {
    system(system);
    KernelSocket client = connect();
    try {
      assertThat(callsOfEchoes(client, "send")).isEqualTo(echoes("send", "kevent of 1", "recv"));
    } finally {
      client.close();
    }
  }

  /** The data of its events is exact. Elsewhere a receive follows that finds nothing. */
  @Test
  void echoOfADatagramOnFreebsdIsOneReceiveOneSendAndOneKevent() throws Exception {
    Channel channel =
        new Bootstrap()
            .channelFactory(start(SimulatedSystem.FREEBSD_13)::udp)
            .group(group)
            .handler(new DatagramEcho())
            .bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))
            .sync()
            .channel();
    server = (InetSocketAddress) channel.localAddress();
    KernelSocket client = connect(Constant.SOCK_DGRAM);
    try {
      assertThat(callsOfEchoes(client, "sendto"))
          .isEqualTo(echoes("sendto", "kevent of 1", "recvmsg"));
    } finally {
      client.close();
    }
  }

  /** What the loop calls from the answer of the first echo to that of the last one. */
  private List<String> callsOfEchoes(KernelSocket client, String answer) {
    echo(client);
    kernel.calls.clear();
    for (int i = 0; i < ECHOES; i++) {
      echo(client);
    }
    List<String> calls = List.copyOf(kernel.calls);
    return calls.subList(calls.indexOf(answer), calls.lastIndexOf(answer) + 1);
  }

  /** An answer, and what leads to the next one, so many times. */
  private static List<String> echoes(String answer, String... toTheNext) {
    List<String> calls = new ArrayList<>(List.of(answer));
    for (int i = 1; i < ECHOES; i++) {
      calls.addAll(List.of(toTheNext));
      calls.add(answer);
    }
    return calls;
  }

  /** The listener and the wakeup have one each. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LINUX")
  void connectionThatWaitsHasOneKnote(SimulatedSystem system) throws Exception {
    system(system);
    List<KernelSocket> clients = new ArrayList<>();
    try {
      awaitKnotes(2);
      for (int i = 0; i < IDLE; i++) {
        KernelSocket client = connect();
        clients.add(client);
        echo(client);
      }
      awaitKnotes(2 + IDLE);
    } finally {
      for (KernelSocket client : clients) {
        client.close();
      }
    }
    awaitKnotes(2);
  }

  /** Fails by the test's time limit. A wakeup that is a timer has its knote from its first use. */
  private void awaitKnotes(int count) throws Exception {
    String expected = "kqueue with " + count + " knotes";
    while (simulation.left().stream().noneMatch(line -> line.contains(expected))) {
      group.submit(() -> {}).sync();
      Thread.sleep(1);
    }
  }
}
