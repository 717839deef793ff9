package io.github.kqueueffm.channel;

import static io.github.kqueueffm.syscall.ScriptedKernel.ANY;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.selector.ScriptedPollers;
import io.github.kqueueffm.syscall.Expectation;
import io.github.kqueueffm.syscall.Invocation;
import io.github.kqueueffm.syscall.Kevent;
import io.github.kqueueffm.syscall.NativeMemoryCheck;
import io.github.kqueueffm.syscall.ScriptedKernel;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.ManualIoEventLoop;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A server's life in Linux's ABI, from its socket to the end of its loop, byte for byte: on the
 * embedded kqueue, whose struct epoll_event is packed on x86_64 only, and on libkqueue. The numbers
 * are written by hand, from the headers.
 */
@ParameterizedClass
@CsvSource({"linux-x86_64, 12, 4", "linux-aarch64, 16, 8"})
@SuppressWarnings("ByteBufferBackingArray") // All are allocated here.
@ExtendWith(NativeMemoryCheck.class)
class LinuxScriptedTest {
  private static final int QUEUE = 900;
  private static final int EVENTFD = 901;
  private static final int PROBE = 3;
  private static final int SERVER = 5;
  private static final int CHILD = 6;
  private static final String HERE = "10.1.2.3";
  private static final String THERE = "10.9.8.7";

  private static final int AF_INET6 = 10;
  private static final int CREATION_FLAGS = 0x80800;
  private static final int SOL_SOCKET = 1;
  private static final int SO_REUSEADDR = 2;
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_NODELAY = 1;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_V6ONLY = 26;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int CLOEXEC = 0x80000;
  private static final int EPOLL_CTL_ADD = 1;
  private static final int EPOLL_CTL_DEL = 2;
  private static final int EPOLLIN = 1;
  private static final int EPOLLRDHUP = 0x2000;
  private static final int EPOLLET = 0x8000_0000;

  @Parameter(0)
  String platform;

  @Parameter(1)
  int eventSize;

  @Parameter(2)
  int dataOffset;

  private final Map<Integer, Long> tokens = new HashMap<>();
  private final Recorder child = new Recorder().echo();
  private ScriptedKernel script;
  private ManualIoEventLoop loop;

  private void open() {
    loop =
        new ManualIoEventLoop(
            Thread.currentThread(),
            KQueueFfmIoHandler.newFactory(
                script.kernel(), 0, DefaultSelectStrategyFactory.INSTANCE));
    script.verify();
  }

  private static byte[] address(String ip, int port) {
    ByteBuffer bytes = ByteBuffer.allocate(28).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putShort((short) AF_INET6).put((byte) (port >> 8)).put((byte) port);
    bytes.position(18).putShort((short) -1);
    for (String part : ip.split("\\.")) {
      bytes.put((byte) Integer.parseInt(part));
    }
    return bytes.array();
  }

  private static byte[] one() {
    return new byte[] {1, 0, 0, 0};
  }

  private void option(int fd, int level, int name, byte... value) {
    script.expect("setsockopt", fd, level, name, ANY, 4).with(3, value);
  }

  /** A socket that listens. */
  private Channel listen() {
    script.expect("socket", AF_INET6, 2, 0).answers(PROBE);
    option(PROBE, IPPROTO_IPV6, IPV6_V6ONLY, new byte[4]);
    script.expect("close", PROBE);
    script.expect("socket", AF_INET6, 1 | CREATION_FLAGS, 0).answers(SERVER);
    option(SERVER, IPPROTO_IPV6, IPV6_V6ONLY, new byte[4]);
    option(SERVER, SOL_SOCKET, SO_REUSEADDR, one());
    byte[] address = address(HERE, 8080);
    script.expect("bind", SERVER, ANY, 28).with(1, address);
    option(SERVER, IPPROTO_TCP, TCP_NODELAY, one());
    script.expect("listen", SERVER, 77);
    script.expect("getsockname", SERVER).writes(1, address).writesInts(2, address.length);
    Channel server =
        new ServerBootstrap()
            .group(loop)
            .channelFactory(() ->
                new KQueueFfmServerSocketChannel(Sockets.listener(script.kernel(), null), false))
            .option(ChannelOption.SO_BACKLOG, 77)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(child);
                  }
                })
            .bind(new InetSocketAddress(HERE, 8080))
            .channel();
    loop.runNonBlockingTasks(0);
    script.verify();
    return server;
  }

  private void expectAccept() {
    script
        .expect("accept4", SERVER, ANY, ANY, CREATION_FLAGS)
        .writes(1, address(THERE, 54321))
        .writesInts(2, 28)
        .answers(CHILD);
    // Whether the first connection has it from its listener.
    script.expect("getsockopt", CHILD, IPPROTO_TCP, TCP_NODELAY).writesInts(3, 1).writesInts(4, 4);
    script.expect("accept4", SERVER, ANY, ANY, CREATION_FLAGS).fails(Errno.EAGAIN);
  }

  private void expectEcho() {
    script.expect("recv", CHILD, ANY, ANY, 0).writes(1, "hello".getBytes(US_ASCII)).answers(5);
    script
        .expect("send", CHILD, ANY, 5, MSG_NOSIGNAL)
        .with(1, "hello".getBytes(US_ASCII))
        .answers(5);
  }

  private void turn() {
    loop.runNow();
    script.verify();
  }

  private void shutDown() {
    loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    for (int turns = 0; turns < 100_000 && !loop.isTerminated(); turns++) {
      loop.runNow();
    }
    assertThat(loop.isTerminated()).isTrue();
    script.close();
  }

  // The embedded kqueue

  private ByteBuffer event(Invocation call) {
    return ByteBuffer.wrap(call.bytes(3, eventSize)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private Expectation expectAdd(int fd, int mask) {
    return script
        .expect("epollCtl", QUEUE, EPOLL_CTL_ADD, fd)
        .where(
            call -> event(call).getInt(0) == mask ? null : "its mask is " + event(call).getInt(0))
        .does(call -> {
          tokens.put(fd, event(call).getLong(dataOffset));
          return 0;
        });
  }

  /** A struct epoll_event of each descriptor, one after the other. */
  private byte[] ready(int mask, int... fds) {
    ByteBuffer events = ByteBuffer.allocate(eventSize * fds.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < fds.length; i++) {
      events.putInt(i * eventSize, mask);
      events.putLong(i * eventSize + dataOffset, tokens.get(fds[i]));
    }
    return events.array();
  }

  private void expectReady(int mask, int... fds) {
    script
        .expect("epollWait", QUEUE, ANY, ANY, 0)
        .does(call -> {
          call.write(1, ready(mask, fds));
          return fds.length;
        });
  }

  @Test
  @DisplayName("on epoll: arming again costs no call, and a close deletes the knote first")
  void startsAcceptsEchoesAndEndsOnEpoll() {
    script = ScriptedKernel.on(platform).without(Call.KQUEUE, Call.KEVENT);
    script.expect("epollCreate1", CLOEXEC).answers(QUEUE);
    script.expect("eventfd", 0, CLOEXEC | 0x800).answers(EVENTFD);
    expectAdd(EVENTFD, EPOLLIN | EPOLLET);
    script.expect("epollWait", QUEUE, ANY, 1, 0).answers(0);
    open();
    Channel server = listen();

    expectAdd(SERVER, EPOLLIN | EPOLLRDHUP);
    expectReady(EPOLLIN, SERVER);
    expectAccept();
    turn();
    assertThat(child.log()).containsExactly("active");
    assertThat(child.channel().remoteAddress()).isEqualTo(new InetSocketAddress(THERE, 54321));

    expectAdd(CHILD, EPOLLIN | EPOLLRDHUP);
    expectReady(EPOLLIN, CHILD);
    expectEcho();
    turn();
    // Two at once: the second lies where this processor's struct ends.
    expectReady(EPOLLIN, SERVER, CHILD);
    script.expect("accept4", SERVER, ANY, ANY, CREATION_FLAGS).fails(Errno.EAGAIN);
    expectEcho();
    turn();
    assertThat(child.log()).containsExactly("read hello", "complete", "read hello", "complete");

    expectReady(EPOLLIN | EPOLLRDHUP, CHILD);
    script.expect("recv", CHILD, ANY, ANY, 0).answers(0);
    script.expect("epollCtl", QUEUE, EPOLL_CTL_DEL, CHILD);
    script.expect("close", CHILD);
    turn();
    assertThat(child.log()).containsExactly("complete", "inactive");

    script.expect("epollCtl", QUEUE, EPOLL_CTL_DEL, SERVER);
    script.expect("close", SERVER);
    server.close();
    script.verify();
    script.allow("epollWait", QUEUE).answers(0);
    script.allow("close", QUEUE);
    script.allow("close", EVENTFD);
    shutDown();
    assertThat(script.calls("close")).isEqualTo(5);
  }

  // libkqueue

  private void expectArmed(Kevent change) {
    script.expectKevent().changes(change.delete()).withoutSlots().fails(Errno.ENOENT);
    script.expectKevent().changes(change.oneShot()).withoutSlots();
  }

  private void expectDeleted(int fd) {
    script.expectKevent().changes(script.read(fd).delete()).withoutSlots();
    script.expectKevent().changes(script.write(fd).delete()).withoutSlots().fails(Errno.ENOENT);
  }

  @Test
  @DisplayName("on libkqueue: changes go out before the wait, knotes are deleted before the close")
  void startsAcceptsEchoesAndEndsOnLibkqueue() {
    script = ScriptedKernel.on(platform);
    ScriptedPollers.assume(script.kernel(), "timer", true);
    script.expect("kqueue").answers(QUEUE);
    open();
    Channel server = listen();

    expectArmed(script.read(SERVER));
    script.expectKevent().changes().polls().returns(script.read(SERVER).data(1));
    expectAccept();
    turn();
    assertThat(child.channel().remoteAddress()).isEqualTo(new InetSocketAddress(THERE, 54321));

    expectArmed(script.read(CHILD));
    expectArmed(script.read(SERVER));
    script.expectKevent().changes().polls().returns(script.read(CHILD).data(5));
    expectEcho();
    turn();
    assertThat(child.log()).containsExactly("active", "read hello", "complete");

    expectArmed(script.read(CHILD));
    script.expectKevent().changes().polls().returns(script.read(CHILD).eof());
    script.expect("recv", CHILD, ANY, ANY, 0).answers(0);
    expectDeleted(CHILD);
    script.expect("close", CHILD);
    turn();
    assertThat(child.log()).containsExactly("complete", "inactive");

    expectDeleted(SERVER);
    script.expect("close", SERVER);
    server.close();
    script.verify();
    script.allow("kevent");
    script.allow("close", QUEUE);
    shutDown();
  }

  @Test
  @DisplayName(
      "on libkqueue: an addition that fails is not lost with the wait, but ends the channel")
  void refusedAddOnLibkqueueFailsTheChannel() {
    script = ScriptedKernel.on(platform);
    ScriptedPollers.assume(script.kernel(), "timer", true);
    script.expect("kqueue").answers(QUEUE);
    open();
    listen();
    expectArmed(script.read(SERVER));
    script.expectKevent().changes().polls().returns(script.read(SERVER).data(1));
    expectAccept();
    turn();

    script.expectKevent().changes(script.read(CHILD).delete()).fails(Errno.ENOENT);
    script.expectKevent().changes(script.read(CHILD).oneShot()).fails(Errno.ENOMEM);
    expectArmed(script.read(SERVER));
    script.expect("recv", CHILD, ANY, ANY, 0).fails(Errno.ECONNRESET);
    script.expectKevent().changes(script.read(CHILD).delete()).fails(Errno.ENOENT);
    script.expectKevent().changes(script.write(CHILD).delete()).fails(Errno.ENOENT);
    script.expect("close", CHILD);
    turn();
    assertThat(child.log())
        .containsExactly(
            "active",
            "complete",
            "IOException: Connection reset by peer: recv(/10.9.8.7:54321)",
            "inactive");
    script.allow("kevent");
    script.allow("close");
    shutDown();
  }
}
