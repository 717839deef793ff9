package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.channel.SimulatedChannels;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.NativeMemory;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.EventLoop;
import io.netty.channel.FileRegion;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * One run on a simulated system: some loops and channels of ours, peers that are not, and steps
 * that the seed chose. At its end it says what contradicts the invariants.
 */
final class Conversation {
  private static final int LINE = 1_000_000;
  private static final int RESPONDER = LINE / 2;
  private static final long MILLI = 1_000_000;
  private static final int LARGEST_UDP = 9_000;

  /** What every system sends over a local socket in one datagram. */
  private static final int LARGEST_LOCAL = 2_000;

  /** How many system calls a millisecond without a step may cost: more is a loop that spins. */
  private static final long CALLS_WITHOUT_PROGRESS = 20_000;

  // Fields, because a logger without a strong reference may lose its level.
  private static final List<Logger> LOGGERS =
      List.of(Logger.getLogger("io.netty"), Logger.getLogger("io.github.kqueueffm"));

  static {
    // Netty would warn of what the conversations do on purpose.
    LOGGERS.forEach(logger -> logger.setLevel(Level.SEVERE));
  }

  private final Script script;
  private final Simulation simulation;
  private final SimulatedChannels channels;
  private final Kernel peers;
  private final List<ManualIoEventLoop> loops = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final List<StreamEnd> ends = new ArrayList<>();
  private final List<RawPeer> raw = new ArrayList<>();
  private final List<Channel> servers = new ArrayList<>();
  private final List<Ledger> ledgers = new ArrayList<>();
  private final List<Ledger> initiators = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private final FailingAllocator allocator;
  private final FailingAllocator written = new FailingAllocator(-1);
  private final long memoryBefore = NativeMemory.live();
  private final Path folder;
  private final OwnException own = new OwnException();
  private KernelSocket rawListener;
  private SocketAddress tcp;
  private SocketAddress local;
  private final List<Path> files = new ArrayList<>();
  private final List<DatagramEnd> datagrams = new ArrayList<>();
  private final List<DescriptorLine> passing = new ArrayList<>();
  private final List<Channel> others = new ArrayList<>();
  private int paths;
  private long looksAtTheClock;
  private int events;
  private int lines;
  private boolean calm;
  private boolean shuttingDown;

  /** The exception that handlers throw. */
  private static final class OwnException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private OwnException() {
      super("thrown by a handler", null, false, false);
    }
  }

  private Conversation(Script script, Path folder) {
    this.script = script;
    this.folder = folder;
    allocator = new FailingAllocator(script.failingAllocation());
    simulation = Simulation.seeded(script.system(), script.seed(), script.off(), script.faults());
    channels = new SimulatedChannels(simulation.kernel());
    peers = simulation.kernelWithoutFaults();
  }

  /** Runs a script; the folder is for local sockets and the files of regions. */
  static Outcome run(Script script, Path folder) {
    FutureTask<Outcome> conversation =
        new FutureTask<>(() -> new Conversation(script, folder).run());
    Thread.ofVirtual().name("driver").start(conversation);
    try {
      return conversation.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(script.command(), e.getCause());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Outcome run() {
    try {
      open();
      for (Script.Step step : script.steps()) {
        perform(step);
        pass(step.pauseNanos());
      }
      if (!script.endsAbruptly()) {
        windDown();
      }
    } catch (IOException e) {
      violations.add("the driver failed: " + e);
    } finally {
      try {
        end();
      } finally {
        simulation.end();
      }
    }
    for (Ledger ledger : ledgers) {
      ledger.check(violations, script.endsAbruptly());
    }
    boolean abruptly = script.endsAbruptly();
    datagrams.forEach(end -> end.check(violations, abruptly));
    passing.forEach(line -> line.check(violations, abruptly));
    return new Outcome(
        violations,
        events,
        ends.size() + datagrams.size() + others.size(),
        simulation.steps(),
        script.faults() instanceof RandomFaults random ? random.done().size() : 0,
        simulation.reached(),
        simulation.errnos(),
        simulation.digest(),
        allocator.allocations());
  }

  private void open() throws IOException {
    SplittableRandom random = script.split(3);
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      startLoop("loop " + i);
    }
    tcp = listen(channels::tcpServer, loopback(0), "tcp");
    local =
        listen(channels::localServer, new DomainSocketAddress(folder.resolve("s").toFile()), "un");
    files.add(folder.resolve("s"));
    rawListener = KernelSocket.open(peers, inet(), stream());
    rawListener.bind(loopback(0));
    rawListener.listen(64);
  }

  private int inet() {
    return peers.platform().get(Constant.AF_INET);
  }

  private int stream() {
    return peers.platform().get(Constant.SOCK_STREAM);
  }

  static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
  }

  private void startLoop(String name) {
    Ticker ticker = ticker();
    ManualIoEventLoop loop = open(ticker);
    loops.add(loop);
    threads.add(
        simulation.start(
            name,
            () -> {
              loop.setOwningThread(Thread.currentThread());
              turn(loop);
            }));
  }

  /** A fault hits one attempt only. */
  private ManualIoEventLoop open(Ticker ticker) {
    try {
      return new ManualIoEventLoop(null, null, channels.handlers(), ticker);
    } catch (IllegalStateException e) {
      explain("open a loop", e);
      return new ManualIoEventLoop(null, null, channels.handlers(), ticker);
    }
  }

  private void turn(ManualIoEventLoop loop) {
    try {
      while (!loop.isTerminated()) {
        loop.run(TimeUnit.SECONDS.toNanos(1));
        if (loop.isShuttingDown()) {
          // A loop that ends does not wait, and its quiet period needs time.
          simulation.sleep(MILLI);
        }
      }
    } catch (RuntimeException | Error e) {
      violations.add(Thread.currentThread().getName() + " ended by " + e);
    }
  }

  private Ticker ticker() {
    return new Ticker() {
      @Override
      public long initialNanoTime() {
        return 0;
      }

      @Override
      public long nanoTime() {
        // Netty's loop pauses in real time if its clock stands still while it ends.
        return simulation.kernel().nanoTime() + ++looksAtTheClock;
      }

      @Override
      public void sleep(long delay, TimeUnit unit) {
        throw new UnsupportedOperationException();
      }
    };
  }

  private <C extends ServerChannel> SocketAddress listen(
      ChannelFactory<C> factory, SocketAddress address, String name) {
    SplittableRandom random = script.split(name.hashCode());
    for (int attempt = 0; attempt < 4; attempt++) {
      Channel server =
          new ServerBootstrap()
              .group(loop(random))
              .channelFactory(factory)
              .childOption(ChannelOption.ALLOCATOR, allocator)
              .childHandler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel child) {
                      accepted(child, name);
                    }
                  })
              .bind(address)
              .channel();
      pass(5 * MILLI);
      if (server.isActive()) {
        servers.add(server);
        return server.localAddress();
      }
      // A fault has hit it.
    }
    return null;
  }

  private void accepted(Channel child, String name) {
    Ledger ledger = ledger(name + " accepted " + ends.size(), RESPONDER + LINE * (++lines + 500));
    StreamEnd end = new StreamEnd(this, ledger, script.split(ledger.written), false);
    ends.add(end);
    child.pipeline().addLast(end);
  }

  private Ledger ledger(String name, int first) {
    Ledger ledger = new Ledger(name, first);
    ledgers.add(ledger);
    return ledger;
  }

  private void perform(Script.Step step) throws IOException {
    SplittableRandom random = step.random();
    acceptRaw(random);
    switch (step.kind()) {
      case TCP -> connect(channels::tcpClient, tcp, "tcp", random);
      case LOCAL -> connect(channels::localClient, local, "un", random);
      case TCP_TO_PEER -> connect(channels::tcpClient, rawListener.localAddress(), "tcp", random);
      case TCP_FROM_PEER -> connectRaw(random);
      case UDP -> udp(random);
      case LOCAL_DATAGRAMS -> localDatagrams(random);
      case DESCRIPTORS -> descriptors(random);
      case REFUSED -> refused(random);
      case PEER_OF_DATAGRAMS -> datagramPeer(random);
      case POKE -> poke(random);
      case PEERS -> raw.forEach(RawPeer::act);
      case OPTIONS -> options(random);
      case ADOPTED -> adopted(random);
      case FEW_DESCRIPTORS -> fewDescriptors(random);
      case EDGES -> new Edges(this, channels, random).act();
    }
  }

  /** Counts what is done, and looks at a failure's message. */
  ChannelFutureListener reported(String what) {
    return done -> {
      event();
      if (!done.isSuccess()) {
        explain(what, done.cause());
      }
    };
  }

  /** Connects to where no one listens, to a network without a way, or to a wildcard. */
  private void refused(SplittableRandom random) {
    String host = List.of("127.0.0.1", "::1", "0.0.0.0", "::", "240.0.0.1").get(random.nextInt(5));
    SocketAddress address =
        new InetSocketAddress(InetAddress.ofLiteral(host), 1 + random.nextInt(9));
    Channel channel =
        new Bootstrap()
            .group(loop(random))
            .channelFactory(channels::tcpClient)
            .option(ChannelOption.ALLOCATOR, allocator)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 100)
            .handler(new ChannelInboundHandlerAdapter())
            .connect(address)
            .addListener(reported("connect " + address))
            .channel();
    others.add(channel);
  }

  /**
   * A datagram channel that connects, sends where no one receives, disconnects and joins groups.
   */
  private void datagramPeer(SplittableRandom random) {
    try {
      DatagramPeer peer = new DatagramPeer(this, random.split());
      others.add(
          new Bootstrap()
              .group(loop(random))
              .channelFactory(channels::udp)
              .option(ChannelOption.ALLOCATOR, allocator)
              .handler(peer)
              .bind(0)
              .addListener(done -> {
                event();
                if (done.isSuccess()) {
                  peer.act();
                } else {
                  explain("bind", done.cause());
                }
              })
              .channel());
    } catch (RuntimeException e) {
      explain("datagrams", e);
    }
  }

  private void poke(SplittableRandom random) {
    if (!ends.isEmpty()) {
      StreamEnd end = ends.get(random.nextInt(ends.size()));
      onLoopOf(end.channel(), end::act);
    }
    if (!datagrams.isEmpty()) {
      DatagramEnd end = datagrams.get(random.nextInt(datagrams.size()));
      onLoopOf(end.channel(), end::act);
    }
    if (!passing.isEmpty()) {
      DescriptorLine.Sender sender = passing.get(random.nextInt(passing.size())).sender();
      onLoopOf(sender.channel(), sender::act);
    }
  }

  /** Reads all options of a channel, and sets some. */
  private void options(SplittableRandom random) {
    List<Channel> all = new ArrayList<>(servers);
    ends.forEach(end -> all.add(end.channel()));
    datagrams.forEach(end -> all.add(end.channel()));
    all.addAll(others);
    Channel channel = all.isEmpty() ? null : all.get(random.nextInt(all.size()));
    onLoopOf(channel, () -> new OptionSweep(this, channel, random).run());
  }

  /** The process has descriptors for a connection or two more, for a while. */
  private void fewDescriptors(SplittableRandom random) throws IOException {
    connectRaw(random);
    simulation.leaveDescriptors(random.nextInt(3));
    pass(random.nextLong(3 * MILLI));
    simulation.limitDescriptors(Integer.MAX_VALUE);
  }

  /** A connection that other code opened becomes a channel. */
  private void adopted(SplittableRandom random) throws IOException {
    KernelSocket socket = KernelSocket.open(peers, inet(), stream());
    socket.connect(rawListener.localAddress());
    Ledger ledger = ledger("adopted " + lines, LINE * ++lines);
    initiators.add(ledger);
    StreamEnd end = new StreamEnd(this, ledger, random.split(), true);
    try {
      Channel channel = channels.adopted(socket.fd());
      channel.config().setAllocator(allocator);
      end.join(channel);
      ends.add(end);
      loop(random).register(channel).addListener(reported(ledger.name + " register"));
    } catch (ChannelException | UnsupportedOperationException e) {
      // The descriptor is still the caller's.
      explain(ledger.name, e);
      socket.close();
    }
  }

  List<DatagramEnd> datagrams() {
    return datagrams;
  }

  private void udp(SplittableRandom random) {
    pair("udp", channels::udp, () -> loopback(0), LARGEST_UDP, false, random);
  }

  private void localDatagrams(SplittableRandom random) {
    pair(
        "local datagrams",
        channels::localDatagrams,
        () -> new DomainSocketAddress(folder.resolve("d" + ++paths).toFile()),
        LARGEST_LOCAL,
        true,
        random);
  }

  private void pair(
      String name,
      ChannelFactory<? extends Channel> factory,
      Supplier<SocketAddress> address,
      int largest,
      boolean ordered,
      SplittableRandom random) {
    DatagramEnd[] pair = new DatagramEnd[2];
    for (int i = 0; i < 2; i++) {
      pair[i] =
          new DatagramEnd(
              this,
              name + ' ' + datagrams.size(),
              DatagramEnd.NUMBERS * (datagrams.size() + 1),
              random.split(),
              largest,
              ordered);
      bind(pair[i], factory, address.get(), random);
    }
    pair[0].pairedWith(pair[1]);
    pair[1].pairedWith(pair[0]);
  }

  private void bind(
      DatagramEnd end,
      ChannelFactory<? extends Channel> factory,
      SocketAddress address,
      SplittableRandom random) {
    datagrams.add(end);
    if (address instanceof DomainSocketAddress local) {
      files.add(Path.of(local.path()));
    }
    try {
      new Bootstrap()
          .group(loop(random))
          .channelFactory(factory)
          .option(ChannelOption.ALLOCATOR, allocator)
          .option(
              ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(LARGEST_UDP + 1_000))
          .handler(end)
          .bind(address)
          .addListener(reported("bind " + address));
    } catch (RuntimeException e) {
      explain("datagrams", e);
    }
  }

  private void descriptors(SplittableRandom random) {
    DescriptorLine line =
        new DescriptorLine(this, peers, "descriptors " + passing.size(), random.split());
    DomainSocketAddress address = new DomainSocketAddress(folder.resolve("p" + ++paths).toFile());
    files.add(Path.of(address.path()));
    passing.add(line);
    try {
      Channel server =
          new ServerBootstrap()
              .group(loop(random))
              .channelFactory(channels::localServer)
              .childOption(
                  UnixChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.FILE_DESCRIPTORS)
              .childOption(ChannelOption.ALLOCATOR, allocator)
              .childHandler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel child) {
                      child.pipeline().addLast(line.new Receiver());
                      others.add(child);
                    }
                  })
              .bind(address)
              .channel();
      servers.add(server);
      pass(MILLI);
      new Bootstrap()
          .group(loop(random))
          .channelFactory(noted(channels::localClient, others::add))
          .option(ChannelOption.ALLOCATOR, allocator)
          .handler(line.sender())
          .connect(address)
          .addListener(reported("connect " + address));
    } catch (RuntimeException e) {
      explain("descriptors", e);
    }
  }

  private <C extends Channel> void connect(
      ChannelFactory<C> factory, SocketAddress address, String name, SplittableRandom random) {
    if (address == null) {
      return;
    }
    int line = LINE * ++lines;
    Ledger ledger = ledger(name + " client " + lines, line);
    initiators.add(ledger);
    StreamEnd end = new StreamEnd(this, ledger, random.split(), true);
    try {
      Bootstrap bootstrap =
          new Bootstrap()
              .group(loop(random))
              .channelFactory(noted(factory, made -> begin(end, made)))
              .option(ChannelOption.ALLOCATOR, allocator)
              .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 2_000)
              .option(ChannelOption.ALLOW_HALF_CLOSURE, random.nextBoolean())
              .option(ChannelOption.AUTO_READ, random.nextInt(4) != 0)
              .handler(end);
      bootstrap.connect(address).addListener(reported(ledger.name + " connect"));
    } catch (RuntimeException e) {
      explain(ledger.name, e);
    }
  }

  private void begin(StreamEnd end, Channel channel) {
    end.takes(channel);
    ends.add(end);
  }

  /** Makes a channel known before its loop runs, which may be much later. */
  private static <C extends Channel> ChannelFactory<C> noted(
      ChannelFactory<C> factory, Consumer<? super C> note) {
    return () -> {
      C made = factory.newChannel();
      note.accept(made);
      return made;
    };
  }

  private void connectRaw(SplittableRandom random) throws IOException {
    if (tcp == null) {
      return;
    }
    KernelSocket socket = KernelSocket.open(peers, inet(), stream());
    socket.connect(new InetSocketAddress("127.0.0.1", ((InetSocketAddress) tcp).getPort()));
    int line = LINE * ++lines;
    Ledger ledger = ledger("peer " + lines, line);
    ledger.active = 1;
    ledger.inactive = 1;
    initiators.add(ledger);
    raw.add(new RawPeer(this, peers, socket.fd(), ledger, random.split(), true));
  }

  private void acceptRaw(SplittableRandom random) {
    int fd = peers.accept(rawListener.fd(), 0, 0);
    while (fd >= 0) {
      peers.fcntl(
          fd, peers.platform().get(Constant.F_SETFL), peers.platform().get(Constant.O_NONBLOCK));
      Ledger ledger = ledger("peer accepted " + raw.size(), RESPONDER + LINE * (++lines + 500));
      ledger.active = 1;
      ledger.inactive = 1;
      raw.add(new RawPeer(this, peers, fd, ledger, random.split(), false));
      fd = peers.accept(rawListener.fd(), 0, 0);
    }
  }

  /** Lets so much time pass, and sees to it that no loop spins meanwhile. */
  private void pass(long nanos) {
    for (long left = nanos; left > 0; left -= MILLI) {
      long before = simulation.steps();
      simulation.sleep(Math.min(left, MILLI));
      long calls = simulation.steps() - before;
      if (calls > CALLS_WITHOUT_PROGRESS) {
        violations.add(calls + " system calls in a millisecond without a step: a loop spins");
        return;
      }
    }
  }

  private void windDown() throws IOException {
    calm = true;
    List.copyOf(ends).forEach(StreamEnd::calm);
    for (int round = 0; round < 200 && !isQuiet(); round++) {
      acceptRaw(script.split(1_000 + round));
      raw.forEach(RawPeer::windDown);
      // A loop whose wait failed pauses for a second.
      pass(round < 60 ? 5 * MILLI : 50 * MILLI);
      if (round >= 40) {
        // A connection can be accepted late, also while this thread makes a system call.
        List.copyOf(ends).forEach(StreamEnd::finish);
        datagrams.forEach(end -> onLoopOf(end.channel(), end::close));
        List.copyOf(others).forEach(channel -> onLoopOf(channel, channel::close));
      }
    }
    for (StreamEnd end : ends) {
      if (end.channel().isOpen()) {
        violations.add(end.ledger().name + " did not close");
      }
    }
  }

  /** A promise is reported on the loop on which it was made, which may pause for a second. */
  private boolean isQuiet() {
    return ends.stream().noneMatch(end -> end.channel().isOpen())
        && datagrams.stream().noneMatch(end -> end.channel() != null && end.channel().isOpen())
        && others.stream().noneMatch(Channel::isOpen)
        && ledgers.stream().allMatch(ledger -> ledger.pending.isEmpty())
        && datagrams.stream().allMatch(DatagramEnd::isDone)
        && passing.stream().allMatch(DescriptorLine::isDone)
        && raw.stream().noneMatch(RawPeer::isOpen);
  }

  private void end() {
    calm = true;
    shuttingDown = true;
    servers.forEach(server -> onLoopOf(server, server::close));
    pass(2 * MILLI);
    for (ManualIoEventLoop loop : loops) {
      loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }
    for (int round = 0; round < 200 && threads.stream().anyMatch(simulation::runs); round++) {
      pass(round < 50 ? MILLI : 20 * MILLI);
      if (round >= 100) {
        awaitReally();
      }
    }
    threads.stream()
        .filter(simulation::runs)
        .forEach(thread ->
            violations.add(thread.getName() + " did not end: " + List.of(thread.getStackTrace())));
    raw.forEach(RawPeer::release);
    if (rawListener != null) {
      peers.close(rawListener.fd());
    }
    pass(10 * MILLI);
    left();
  }

  /** Netty's loop pauses in real time while it ends. */
  private void awaitReally() {
    try {
      for (Thread thread : threads) {
        thread.join(Duration.ofMillis(20));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void left() {
    try {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (String file : simulation.left()) {
      violations.add("left open: " + file);
    }
    long memory = NativeMemory.live() - memoryBefore;
    if (memory != 0) {
      violations.add(memory + " native allocations left");
    }
    long received = allocator.used();
    long sent = written.used();
    if (received != 0 || sent != 0) {
      violations.add("buffers left: " + received + " B of receives, " + sent + " B of writes");
    }
  }

  // What the ends ask and report.

  /** {@return a channel that is closed at the end} */
  Channel closedAtTheEnd(Channel channel) {
    others.add(channel);
    return channel;
  }

  /** {@return the descriptor of a listener, or -1 if there is none} */
  int listenerOfOtherCode() {
    try {
      KernelSocket socket = KernelSocket.open(peers, inet(), stream());
      socket.bind(loopback(0));
      socket.listen(4);
      return socket.fd();
    } catch (IOException e) {
      return -1;
    }
  }

  void closeOfOtherCode(int fd) {
    peers.close(fd);
  }

  Platform platform() {
    return peers.platform();
  }

  /** {@return a file that is deleted at the end} */
  Path file(String name) {
    Path file = folder.resolve(name + ++paths);
    files.add(file);
    return file;
  }

  ByteBufAllocator allocator() {
    return allocator;
  }

  void event() {
    events++;
  }

  boolean isCalm() {
    return calm;
  }

  /** Whether the loops end, and close what is open. */
  boolean isShuttingDown() {
    return shuttingDown;
  }

  EventLoop loop(SplittableRandom random) {
    return loops.get(random.nextInt(loops.size()));
  }

  /** The allocator of what handlers write, which never fails. */
  ByteBufAllocator buffers() {
    return written;
  }

  RuntimeException own() {
    return own;
  }

  boolean isOwn(Throwable cause) {
    return cause == own;
  }

  /** Throws if this script makes that callback throw. */
  void throwNow(String callback) {
    if (callback.equals(script.throwingCallback())) {
      throw own;
    }
  }

  /** Runs something on a channel's loop; drops it if the loop has ended. */
  void onLoopOf(Channel channel, Runnable action) {
    try {
      if (channel != null && channel.isRegistered()) {
        channel.eventLoop().execute(() -> unlessOwn(action));
      }
    } catch (RejectedExecutionException e) {
      if (!shuttingDown) {
        violations.add("rejected: " + e);
      }
    }
  }

  private void unlessOwn(Runnable action) {
    try {
      action.run();
    } catch (OwnException e) {
      // In a task it would only be logged.
      event();
    }
  }

  void link(Ledger responder, int firstRecord) {
    for (Ledger initiator : initiators) {
      if (firstRecord / LINE == initiator.written / LINE) {
        responder.other = initiator;
        initiator.other = responder;
      }
    }
  }

  FileRegion region(int record, int size) throws IOException {
    Path file = folder.resolve("region-" + record);
    files.add(file);
    ByteBuf bytes = Unpooled.buffer(size);
    Records.write(bytes, record, size);
    Files.write(file, bytes.array());
    return (record & 1) == 0
        ? new DefaultFileRegion(FileChannel.open(file, StandardOpenOption.READ), 0, size)
        : channels.region(file, size);
  }

  /** An error has to say what failed. */
  void explain(String where, Throwable cause) {
    String fault = Explanations.fault(cause);
    if (fault != null) {
      violations.add(where + ": " + fault);
    }
  }
}
