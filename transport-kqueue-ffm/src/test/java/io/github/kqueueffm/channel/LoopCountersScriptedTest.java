package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.CLIENT;
import static io.github.kqueueffm.channel.ScriptedLoop.HERE;
import static io.github.kqueueffm.channel.ScriptedLoop.PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static io.github.kqueueffm.channel.ScriptedLoop.THEIR_PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.THERE;
import static io.github.kqueueffm.channel.ScriptedLoop.elsewhere;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a loop counts in conversations whose every system call is known, on every system. */
@ParameterizedClass
@EnumSource(Os.class)
class LoopCountersScriptedTest extends AbstractScriptedLoopTest {
  private static final InetSocketAddress PEER = new InetSocketAddress(THERE, THEIR_PORT);

  private final Recorder handler = new Recorder();
  private KQueueFfmLoopCounters counters;
  private Map<String, Long> before;

  LoopCountersScriptedTest(Os os) {
    super(os);
  }

  @BeforeEach
  void find() {
    counters = KQueueFfmLoopCounters.of(loop.eventLoop()).getFirst();
    before = counts();
    assertThat(before.values()).containsOnly(0L);
  }

  private static final class Released extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ReferenceCountUtil.release(message);
    }
  }

  private Map<String, Long> counts() {
    Map<String, Long> counts = new TreeMap<>();
    counts.put("turns", counters.turns());
    counts.put("events", counters.events());
    counts.put("changes", counters.changes());
    counts.put("kevent calls", counters.keventCalls());
    counts.put("wakeups sent", counters.wakeupsSent());
    counts.put("wakeups saved", counters.wakeupsSaved());
    counts.put("open", counters.connectionsOpen());
    counts.put("accepted", counters.connectionsAccepted());
    counts.put("connected", counters.connectionsConnected());
    counts.put("accepts failed", counters.acceptsFailed());
    counts.put("connects failed", counters.connectsFailed());
    counts.put("bytes in", counters.bytesIn());
    counts.put("bytes out", counters.bytesOut());
    counts.put("messages in", counters.messagesIn());
    counts.put("messages out", counters.messagesOut());
    counts.put("EAGAINs", counters.eagains());
    counts.put("short writes", counters.shortWrites());
    return counts;
  }

  /** What has been counted since this was last asked, without what has not changed. */
  private Map<String, Long> since() {
    Map<String, Long> now = counts();
    Map<String, Long> more = new TreeMap<>();
    now.forEach((name, count) -> {
      if (!count.equals(before.get(name))) {
        more.put(name, count - before.get(name));
      }
    });
    before = now;
    return more;
  }

  /** What a turn with one call and one event counts, together with what else it counts. */
  private static Map<String, Long> turn(long changes, Map<String, Long> others) {
    Map<String, Long> expected = new TreeMap<>(others);
    expected.put("turns", 1L);
    expected.put("kevent calls", 1L);
    expected.put("events", 1L);
    expected.put("changes", changes);
    return expected;
  }

  @Test
  void connectionFromAcceptToItsEnd() {
    loop.accepted(handler);
    assertThat(since()).isEqualTo(turn(1, Map.of("accepted", 1L, "open", 1L, "EAGAINs", 1L)));

    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot())
        .returns(loop.read(CHILD).data(5));
    loop.tcp().recv(CHILD, "hello");
    loop.turn();
    assertThat(since()).isEqualTo(turn(2, Map.of("messages in", 1L, "bytes in", 5L)));

    loop.kevent(loop.read(CHILD).oneShot()).returns(loop.read(CHILD).eof());
    loop.tcp().recvEnd(CHILD);
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(since()).isEqualTo(turn(1, Map.of("open", -1L)));
  }

  @Test
  void spuriousEventIsAnEagain() {
    accepted();
    loop.kevent().returns(loop.read(CHILD).data(5));
    loop.tcp().recvFails(CHILD, Errno.EAGAIN);
    loop.turn();
    assertThat(since())
        .isEqualTo(Map.of("turns", 1L, "kevent calls", 1L, "events", 1L, "EAGAINs", 1L));
  }

  private void accepted() {
    loop.accepted(handler);
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot()).returns();
    loop.turn();
    since();
  }

  @Test
  void messageIsCountedWhenItsLastByteIsSent() {
    accepted();
    loop.tcp().sending(CHILD, "abcdef").answers(2);
    handler.write("abcdef");
    handler.write("ghi");
    assertThat(since()).isEqualTo(Map.of("bytes out", 2L, "short writes", 1L));

    loop.kevent(loop.write(CHILD).oneShot()).returns(loop.write(CHILD).data(9000));
    loop.tcp().gathering(CHILD, "cdef", "ghi").answers(5);
    loop.turn();
    assertThat(since())
        .isEqualTo(turn(1, Map.of("bytes out", 5L, "messages out", 1L, "short writes", 1L)));

    loop.kevent(loop.write(CHILD).oneShot()).returns(loop.write(CHILD).data(9000));
    loop.tcp().sending(CHILD, "hi").fails(Errno.EAGAIN);
    loop.turn();
    assertThat(since()).isEqualTo(turn(1, Map.of("EAGAINs", 1L)));

    loop.kevent(loop.write(CHILD).oneShot()).returns(loop.write(CHILD).data(9000));
    loop.tcp().send(CHILD, "hi");
    loop.turn();
    assertThat(since()).isEqualTo(turn(1, Map.of("bytes out", 2L, "messages out", 1L)));
  }

  @Test
  void gatheredMessagesAreCountedOneByOneAndEmptyOnesNot() {
    accepted();
    Channel channel = handler.channel();
    loop.tcp().gathering(CHILD, "one", "two", "three").answers(11);
    channel.write(bytes("one"));
    channel.write(bytes("two"));
    channel.write(Unpooled.EMPTY_BUFFER);
    channel.writeAndFlush(bytes("three"));
    assertThat(since()).isEqualTo(Map.of("bytes out", 11L, "messages out", 3L));
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, US_ASCII);
  }

  @Test
  void failedAcceptIsCountedAndTheConnectionThatFollowsToo() {
    loop.listen(Recorder::new);
    loop.kevent(loop.read(SERVER).oneShot()).returns(loop.read(SERVER).data(1));
    loop.tcp().accept(SERVER).fails(Errno.EMFILE);
    loop.turn();
    assertThat(since()).isEqualTo(turn(1, Map.of("accepts failed", 1L)));
  }

  private ChannelFuture connecting() {
    ChannelFuture connected =
        loop.client(handler)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 100)
            .connect(new InetSocketAddress(THERE, PORT));
    loop.tcp().connect(CLIENT, THERE, PORT).fails(Errno.EINPROGRESS);
    loop.tasks();
    return connected;
  }

  @Test
  void connectIsOpenOnceItIsComplete() {
    ChannelFuture connected = connecting();
    assertThat(since()).isEmpty();
    loop.kevent(loop.write(CLIENT).oneShot()).returns(loop.write(CLIENT).data(49152));
    loop.tcp().soError(CLIENT, 0);
    loop.tcp().peerName(CLIENT, THERE, PORT);
    loop.turn();
    assertThat(connected.isSuccess()).isTrue();
    assertThat(since()).isEqualTo(turn(1, Map.of("connected", 1L, "open", 1L)));

    loop.tcp().close(CLIENT);
    connected.channel().close();
    assertThat(since()).isEqualTo(Map.of("open", -1L));
  }

  @Test
  void connectThatIsRefusedAtOnce() {
    ChannelFuture connected = loop.client(handler).connect(new InetSocketAddress(THERE, PORT));
    loop.tcp().connect(CLIENT, THERE, PORT).fails(Errno.ECONNREFUSED);
    loop.tcp().close(CLIENT);
    loop.tasks();
    assertThat(connected.cause()).isNotNull();
    assertThat(since()).isEqualTo(Map.of("connects failed", 1L));
  }

  @Test
  void connectThatIsRefusedLater() {
    ChannelFuture connected = connecting();
    loop.kevent(loop.write(CLIENT).oneShot()).returns(loop.write(CLIENT).eof(Errno.ECONNREFUSED));
    loop.tcp().close(CLIENT);
    loop.turn();
    assertThat(connected.cause()).isNotNull();
    assertThat(since()).isEqualTo(turn(1, Map.of("connects failed", 1L)));
  }

  @Test
  void connectThatTakesTooLong() {
    ChannelFuture connected = connecting();
    loop.kevent(loop.write(CLIENT).oneShot()).returns();
    loop.turn();
    since();
    loop.passes(100);
    loop.tcp().close(CLIENT);
    loop.tasks();
    assertThat(connected.cause()).isNotNull();
    assertThat(since()).isEqualTo(Map.of("connects failed", 1L));
  }

  @Test
  void connectThatItsChannelEndsHasNotFailed() {
    ChannelFuture connected = connecting();
    loop.tcp().close(CLIENT);
    connected.channel().close();
    assertThat(connected.cause()).isNotNull();
    assertThat(since()).doesNotContainKeys("connects failed", "open", "connected");
  }

  @Test
  void datagramsAreMessagesAndNoConnections() {
    loop.tcp().datagramSocket(CLIENT);
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop.eventLoop())
            .channelFactory(
                () -> new KQueueFfmDatagramChannel(Sockets.datagram(loop.kernel(), null), false))
            .handler(new Released());
    loop.udp().asksForBroadcast(CLIENT);
    loop.tcp().bind(CLIENT, HERE, PORT);
    Channel channel = bootstrap.bind(new InetSocketAddress(HERE, PORT)).channel();
    loop.tasks();
    byte[] peer = os.address(os.datagramInet(), THERE, THEIR_PORT);
    loop.kevent(loop.read(CLIENT).oneShot()).returns(loop.read(CLIENT).data(100));
    loop.udp().recv(CLIENT, "hello", peer);
    loop.udp().recv(CLIENT).fails(Errno.EAGAIN);
    loop.turn();
    assertThat(since())
        .isEqualTo(turn(1, Map.of("messages in", 1L, "bytes in", 5L, "EAGAINs", 1L)));

    loop.udp().sendAll(CLIENT, peer, "one", "three");
    channel.write(new DatagramPacket(bytes("one"), PEER));
    channel.writeAndFlush(new DatagramPacket(bytes("three"), PEER));
    assertThat(since()).isEqualTo(Map.of("messages out", 2L, "bytes out", 8L));

    loop.udp().send(CLIENT, "four", peer).fails(Errno.EAGAIN);
    channel.writeAndFlush(new DatagramPacket(bytes("four"), PEER));
    assertThat(since()).isEqualTo(Map.of("EAGAINs", 1L));
  }

  @Test
  void sleepThatIsEndedIsOneWakeupHoweverManyTasksCome() {
    useRealTime();
    find();
    loop.kevent()
        .forEver()
        .runs(() ->
            elsewhere(() -> {
              loop.eventLoop().execute(() -> {});
              loop.eventLoop().execute(() -> {});
            }))
        .returns(loop.wakeup());
    loop.expectWakeup();
    loop.expectWakeupTaken();
    loop.sleeps();
    assertThat(since()).isEqualTo(Map.of("turns", 1L, "kevent calls", 1L, "wakeups sent", 1L));
  }

  @Test
  void wakeupOfAnAwakeLoopIsSaved() {
    useRealTime();
    find();
    loop.eventLoop()
        .execute(() ->
            elsewhere(() -> {
              loop.eventLoop().execute(() -> {});
              loop.eventLoop().execute(() -> {});
            }));
    loop.kevent().polls().returns();
    loop.sleeps();
    loop.kevent().forEver().returns();
    loop.sleeps();
    assertThat(since()).isEqualTo(Map.of("turns", 2L, "kevent calls", 2L, "wakeups saved", 1L));
  }

  @Test
  void loopThatHasEndedKeepsItsCountsAndIsNotFound() {
    loop.kevent().returns();
    loop.turn();
    loop.ends();
    assertThat(KQueueFfmLoopCounters.of(loop.eventLoop())).isEmpty();
    assertThat(counters.turns()).isPositive();
    long active = counters.activeNanos();
    long waiting = counters.waitingNanos();
    assertThat(counters.activeNanos()).isEqualTo(active);
    assertThat(counters.waitingNanos()).isEqualTo(waiting);
  }
}
