package io.github.kqueueffm.channel;

import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.abi.Constant.EV_ENABLE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.selector.ScriptedPollers;
import io.github.kqueueffm.syscall.Expectation;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kevent;
import io.github.kqueueffm.syscall.KeventExpectation;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.ScriptedKernel;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.ManualIoEventLoop;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * An event loop on a scripted kernel, turned by hand on the test's thread: expect system calls, let
 * the loop turn, look at what the pipelines saw. Every call has to be expected, in its order.
 *
 * <p>Time stands still unless {@link #passes} moves it.
 */
final class ScriptedLoop implements AutoCloseable {
  static final int KQUEUE = 900;
  static final int PIPE_READ = 901;
  static final int PIPE_WRITE = 902;

  private static final int NOTE_TRIGGER = 0x100_0000;

  /** The descriptors and addresses of most tests. */
  static final int SERVER = 5;

  static final int CHILD = 6;
  static final int CLIENT = 7;
  static final String HERE = "10.1.2.3";
  static final int PORT = 8080;
  static final String THERE = "10.9.8.7";
  static final int THEIR_PORT = 54321;

  private final Os os;
  private final ScriptedKernel script;
  private final TcpScript tcp;
  private final UdpScript udp;
  private final MockTicker ticker = Ticker.newMockTicker();
  private final ManualIoEventLoop loop;
  private Runnable afterLook = () -> {};
  private final long memoryBefore = NativeMemory.live();

  private ScriptedLoop(Os os, int maxEvents, boolean realTime) {
    this.os = os;
    script = ScriptedKernel.on(os.platform()).withKeventSymbol(os.keventSymbol());
    tcp = new TcpScript(os, script);
    udp = new UdpScript(os, script);
    ScriptedPollers.assume(script.kernel(), os.wakeup(), true);
    expectLoop();
    loop =
        new ManualIoEventLoop(
            null,
            Thread.currentThread(),
            KQueueFfmIoHandler.newFactory(
                script.kernel(), maxEvents, DefaultSelectStrategyFactory.INSTANCE),
            realTime ? Ticker.systemTicker() : ticker) {
          @Override
          protected boolean canBlock() {
            afterLook.run();
            return super.canBlock();
          }
        };
    script.verify();
    // A channel that closes asks for its local address, which has no name here.
    script.allow("getsockname");
  }

  static ScriptedLoop on(Os os) {
    return new ScriptedLoop(os, 0, false);
  }

  /** One whose turns take so many events at most. */
  static ScriptedLoop on(Os os, int maxEvents) {
    return new ScriptedLoop(os, maxEvents, false);
  }

  /** One whose clock is the machine's, for {@link #sleeps()}. */
  static ScriptedLoop inRealTime(Os os) {
    return new ScriptedLoop(os, 0, true);
  }

  private void expectLoop() {
    script.expect("kqueue").answers(KQUEUE);
    switch (os.wakeup()) {
      case "user" ->
          script.expectKevent().changes(script.user(0).flags(EV_ADD, EV_CLEAR)).withoutSlots();
      case "pipe" -> {
        script
            .expect(script.kernel().has(Call.PIPE2) ? "pipe2" : "pipe")
            .writesInts(0, PIPE_READ, PIPE_WRITE);
        script.expectKevent().changes(script.read(PIPE_READ).flags(EV_ADD)).withoutSlots();
      }
      default -> {}
    }
  }

  Os os() {
    return os;
  }

  ScriptedKernel script() {
    return script;
  }

  Kernel kernel() {
    return script.kernel();
  }

  TcpScript tcp() {
    return tcp;
  }

  UdpScript udp() {
    return udp;
  }

  ManualIoEventLoop eventLoop() {
    return loop;
  }

  Kevent read(int fd) {
    return script.read(fd);
  }

  Kevent write(int fd) {
    return script.write(fd);
  }

  /** Expects the next turn's kevent call, with exactly these changes. */
  KeventExpectation kevent(Kevent... changes) {
    return script.expectKevent().changes(changes);
  }

  /** The same with structs of {@link Os#kevent}, byte for byte. */
  KeventExpectation keventBytes(byte[]... changes) {
    ByteBuffer expected = ByteBuffer.allocate(changes.length * os.keventSize());
    for (byte[] change : changes) {
      expected.put(change);
    }
    KeventExpectation expectation = script.expectKevent();
    expectation
        .where(call -> call.argument(0) == KQUEUE ? null : "it is not of the loop's kqueue")
        .where(call -> call.argument(2) == changes.length ? null : "it has other changes")
        .with(1, expected.array());
    return expectation;
  }

  /** Lets the loop turn once without waiting: its kevent call, the events, the tasks. */
  int turn() {
    int handled = loop.runNow();
    script.verify();
    return handled;
  }

  /** Lets the loop turn once, which may sleep as long as it likes. */
  int sleeps() {
    int handled = loop.run(Long.MAX_VALUE);
    script.verify();
    return handled;
  }

  /** Does something each time when the loop has looked for tasks and found none. */
  void afterLook(Runnable action) {
    afterLook = action;
  }

  /** Expects the one system call that ends a sleep. */
  void expectWakeup() {
    Expectation call = expectWakeupCall();
    if (os.wakeup().equals("pipe")) {
      call.answers(1);
    }
  }

  /** The same, whose answer is still to be said. */
  Expectation expectWakeupCall() {
    return switch (os.wakeup()) {
      case "timer" ->
          script
              .expectKevent()
              .changes(script.timer(0).flags(EV_ADD, EV_ENABLE, EV_CLEAR))
              .withoutSlots();
      case "user" ->
          script.expectKevent().changes(script.user(0).fflags(NOTE_TRIGGER)).withoutSlots();
      default -> script.expect("write", PIPE_WRITE, ScriptedKernel.ANY, 1);
    };
  }

  /** What the kernel reports of it. */
  Kevent wakeup() {
    return switch (os.wakeup()) {
      case "timer" -> script.timer(0).data(1);
      case "user" -> script.user(0).fflags(NOTE_TRIGGER);
      default -> script.read(PIPE_READ).data(1);
    };
  }

  /** Expects what a loop does when it meets its wakeup. */
  void expectWakeupTaken() {
    if (os.wakeup().equals("pipe")) {
      script.expect("read", PIPE_READ).answers(1);
    }
  }

  /** Does something on another thread, and waits for it. */
  static void elsewhere(Runnable action) {
    CompletableFuture.runAsync(action, command -> new Thread(command, "elsewhere").start())
        .orTimeout(10, TimeUnit.SECONDS)
        .join();
  }

  /** Runs the loop's tasks without a turn. */
  void tasks() {
    loop.runNonBlockingTasks(0);
    script.verify();
  }

  /** Lets time pass, as far as the loop's tasks can see it. */
  void passes(long millis) {
    ticker.advance(millis, TimeUnit.MILLISECONDS);
  }

  /** A server socket that listens at {@link #HERE}; its first turn is still to come. */
  Channel listen(Supplier<? extends ChannelHandler> childHandler) {
    return listen(new ServerBootstrap(), childHandler);
  }

  Channel listen(ServerBootstrap bootstrap, Supplier<? extends ChannelHandler> childHandler) {
    tcp.listener(SERVER);
    tcp.option(SERVER, Os.SOL_SOCKET, Os.SO_REUSEADDR, 1);
    tcp.bind(SERVER, HERE, PORT);
    tcp.listen(SERVER, 77);
    Channel server =
        bootstrap
            .group(loop)
            .channelFactory(
                () -> new KQueueFfmServerSocketChannel(Sockets.listener(kernel(), null), false))
            .option(ChannelOption.SO_BACKLOG, 77)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel child) {
                    child.pipeline().addLast(childHandler.get());
                  }
                })
            .bind(new InetSocketAddress(HERE, PORT))
            .channel();
    tasks();
    return server;
  }

  /** A server that has accepted {@link #CHILD}, whose handler this is, and wants to read from. */
  Channel accepted(ChannelHandler childHandler) {
    return accepted(new ServerBootstrap(), childHandler);
  }

  Channel accepted(ServerBootstrap bootstrap, ChannelHandler childHandler) {
    Channel server = listen(bootstrap, () -> childHandler);
    kevent(read(SERVER).oneShot()).returns(read(SERVER).data(1));
    tcp.accept(SERVER, CHILD, THERE, THEIR_PORT);
    tcp.nothingToAccept(SERVER);
    turn();
    return server;
  }

  /** A client channel that does not connect yet. */
  Bootstrap client(ChannelHandler handler) {
    tcp.socket(CLIENT);
    tcp.option(CLIENT, Os.IPPROTO_TCP, Os.TCP_NODELAY, 1);
    return new Bootstrap()
        .group(loop)
        .channelFactory(
            () -> new KQueueFfmSocketChannel(null, Sockets.stream(kernel(), null), false))
        .handler(handler);
  }

  /** Expects what a loop without open channels does at its end, and lets it do so. */
  void ends() {
    ends(() -> {});
  }

  /** The same, and does something when the kqueue is closed. */
  void ends(Runnable atTheClose) {
    if (os.wakeup().equals("pipe")) {
      tcp.close(PIPE_READ);
      tcp.close(PIPE_WRITE);
    }
    script.expect("close", KQUEUE).runs(atTheClose);
    shutDown();
  }

  private void shutDown() {
    loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    for (int turns = 0; turns < 3 && !loop.isTerminated(); turns++) {
      // Even a quiet period of 0 has to be over.
      passes(1);
      loop.runNow();
    }
    script.verify();
    assertThat(loop.isTerminated()).isTrue();
  }

  /** Ends what the test has left open, and checks that no native memory is left. */
  @Override
  public void close() {
    script.verify();
    script.allow("close");
    shutDown();
    assertThat(NativeMemory.live()).as("native allocations left").isEqualTo(memoryBefore);
  }
}
