package io.github.kqueueffm.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.channel.SimulatedChannels;
import io.github.kqueueffm.syscall.TraceSink;
import io.github.kqueueffm.syscall.TracedKernel;
import io.github.kqueueffm.testkit.EchoHandler;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The trace of an echo on each system, with the system's own constants and errnos. */
@Timeout(60)
class TraceTest {
  private static final Set<Call> WAITS =
      EnumSet.of(Call.KEVENT, Call.EPOLL_WAIT, Call.EPOLL_PWAIT2);

  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean interrupts = new AtomicBoolean();
  private final AtomicBoolean resets = new AtomicBoolean();

  private final class Taker implements TraceSink {
    @Override
    public void line(String line) {
      lines.add(line);
    }

    @Override
    public void warning(String sentence) {
      lines.add(sentence);
    }
  }

  @ParameterizedTest
  @EnumSource
  void echoInterruptionAndResetAreReadInTheTrace(SimulatedSystem system) throws Exception {
    Simulation simulation =
        Simulation.inRealTime(system, EnumSet.noneOf(Quirk.class), faults(system));
    SimulatedChannels channels =
        new SimulatedChannels(TracedKernel.of(simulation.kernel(), "all", new Taker()));
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, channels.handlers());
    try {
      talk(channels, group);
    } finally {
      group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
    }
    assertThat(lines).allMatch(line -> line.matches("\\[\\S.*] \\w+\\(.*\\) = .* \\(\\d+ us\\)"));
    assertCalls(system == SimulatedSystem.LINUX);
  }

  /** Each once: an EINTR of a wait, and an ECONNRESET of a receive. */
  private Faults faults(SimulatedSystem system) {
    return (number, call, fd) -> {
      // Others notify the loop by a kevent that does not wait, which a signal does not interrupt.
      boolean loop = Thread.currentThread().getName().startsWith("multiThreadIoEventLoop");
      if (loop && WAITS.contains(call) && interrupts.compareAndSet(true, false)) {
        return new Faults.Fault.Fails(system.platform().number(Errno.EINTR));
      }
      return call == Call.RECV && resets.compareAndSet(true, false)
          ? new Faults.Fault.Fails(system.platform().number(Errno.ECONNRESET))
          : Faults.Fault.NONE;
    };
  }

  private void talk(SimulatedChannels channels, EventLoopGroup group) throws Exception {
    BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    Channel server =
        new ServerBootstrap()
            .group(group)
            .channelFactory(channels::tcpServer)
            .childHandler(new Echo())
            .bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0))
            .sync()
            .channel();
    Channel client =
        new Bootstrap()
            .group(group)
            .channelFactory(channels::tcpClient)
            .handler(new Receiver(answers))
            .connect(server.localAddress())
            .sync()
            .channel();
    interrupts.set(true);
    client.writeAndFlush(text("question")).sync();
    assertThat(answers.poll(30, TimeUnit.SECONDS)).isEqualTo("question");
    resets.set(true);
    client.writeAndFlush(text("more")).sync();
    client.closeFuture().sync();
    assertThat(interrupts.get() || resets.get()).as("a fault is left").isFalse();
  }

  private static ByteBuf text(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  /** Sends back what it receives, until the connection is lost. */
  private static final class Echo extends EchoHandler {
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }

  private static final class Receiver extends SimpleChannelInboundHandler<ByteBuf> {
    private final Queue<String> answers;

    Receiver(Queue<String> answers) {
      this.answers = answers;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
      answers.add(bytes.toString(StandardCharsets.US_ASCII));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      // The one that the test wants, where this side receives first.
      context.close();
    }
  }

  private void assertCalls(boolean linux) {
    String kqueue = linux ? "embedded" : "\\d+";
    String once = "flags=EV_ADD\\|EV_ENABLE\\|EV_ONESHOT";
    List.of(
            "socket\\(domain=AF_INET6?, type=SOCK_STREAM.*",
            "bind\\(fd=\\d+, address=127\\.0\\.0\\.1:0\\) = 0.*",
            "listen\\(fd=\\d+, backlog=\\d+\\) = 0.*",
            "connect\\(fd=\\d+, address=127\\.0\\.0\\.1:\\d+\\) = -1 EINPROGRESS .*",
            "accept4?\\(fd=\\d+.*\\) = \\d+, address=127\\.0\\.0\\.1:\\d+.*",
            "send\\(fd=\\d+, len=8, flags=(0|MSG_NOSIGNAL)\\) = 8.*",
            "recv\\(fd=\\d+, len=\\d+, flags=0\\) = 8.*",
            "recv\\(fd=\\d+, len=\\d+, flags=0\\) = -1 ECONNRESET 'Connection reset by peer'.*",
            "kevent\\(kq=" + kqueue + ", changelist=\\[.*filter=EVFILT_READ, " + once + ".*",
            "kevent\\(kq=" + kqueue + ", changelist=\\[.*filter=EVFILT_WRITE, " + once + ".*",
            "kevent\\(.*\\) = \\d+, eventlist=\\[.*\\{ident=\\d+, filter=EVFILT_READ, .*",
            (linux ? "epoll_p?wait2?" : "kevent") + "\\(.* = -1 EINTR 'Interrupted system call'.*")
        .forEach(
            call -> assertThat(lines).as(call).anyMatch(line -> line.matches("\\[.*?] " + call)));
  }
}
