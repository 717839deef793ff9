package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.DatagramChannelTest.packet;
import static io.github.kqueueffm.syscall.ScriptedKernel.ANY;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.selector.ScriptedSelectors;
import io.github.kqueueffm.syscall.ControlMessages;
import io.github.kqueueffm.syscall.Invocation;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.ScriptedKernel;
import io.github.kqueueffm.syscall.SockaddrCodec;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.ManualIoEventLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Datagrams on the kernels that this machine does not have: their structs, errors and flags. */
final class DatagramOnEveryKqueueTest {
  private static final int FD = 5;
  private static final InetSocketAddress ANY_ADDRESS = new InetSocketAddress("0.0.0.0", 4000);
  private static final InetSocketAddress PEER = DatagramRig.loopback(4001);
  private static final InetAddress MEANT = DatagramRig.address("192.0.2.7");

  /** One channel on a kernel that plays a script. */
  private static final class Story implements AutoCloseable {
    final ScriptedKernel script;
    final Platform platform;
    final Inbox inbox = new Inbox();
    final ManualIoEventLoop loop;
    final KQueueFfmDatagramChannel channel;
    private final long memoryBefore = NativeMemory.live();

    Story(String name) {
      script = ScriptedKernel.on(name).without(Call.SENDMMSG, Call.RECVMMSG);
      platform = script.platform();
      ScriptedSelectors.assume(script.kernel(), "user", true);
      ScriptedSelectors.expectOpen(script, "user");
      script
          .allow("getsockname", FD)
          .does(call -> putAddress(call.argument(1), call.argument(2), ANY_ADDRESS));
      loop =
          new ManualIoEventLoop(
              Thread.currentThread(),
              KQueueFfmIoHandler.newFactory(
                  script.kernel(), 0, DefaultSelectStrategyFactory.INSTANCE));
      KernelSocket socket =
          KernelSocket.accepted(script.kernel(), FD, platform.get(Constant.AF_INET));
      channel = new KQueueFfmDatagramChannel(socket, false);
      channel.active(true);
    }

    Story start() {
      new Bootstrap().group(loop).channelFactory(() -> channel).handler(inbox).register();
      return this;
    }

    private int putAddress(long address, long length, InetSocketAddress value) {
      int family = platform.get(Constant.AF_INET);
      Memory.putInt(length, SockaddrCodec.of(platform).put(address, value, family));
      return 0;
    }

    /** Answers recvmsg as the kernel does: bytes, sender and, if it is asked for, the recipient. */
    long receive(Invocation call, String text) {
      Struct header = platform.struct("msghdr");
      long msghdr = call.argument(1);
      putAddress(
          Memory.getLong(msghdr + header.offset("msg_name")),
          msghdr + header.offset("msg_namelen"),
          PEER);
      byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
      long buffer = Memory.getLong(Memory.getLong(msghdr + header.offset("msg_iov")));
      Memory.copy(bytes, 0, buffer, bytes.length);
      long control = Memory.getLong(msghdr + header.offset("msg_control"));
      if (control != 0) {
        ControlMessages messages = new ControlMessages(platform);
        int protocol = platform.get(Constant.IPPROTO_IP);
        int type = platform.get(Constant.IP_RECVDSTADDR);
        long data = messages.put(control, protocol, type, 4);
        Memory.copy(MEANT.getAddress(), 0, data, 4);
        Memory.put(
            msghdr + header.offset("msg_controllen"),
            header.width("msg_controllen"),
            messages.space(4));
      }
      return bytes.length;
    }

    void turn() {
      loop.runNow();
    }

    @Override
    public void close() {
      script.allow("kevent");
      script.allow("close", FD);
      loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      while (!loop.isTerminated()) {
        loop.runNow();
      }
      script.close();
      assertThat(NativeMemory.live()).isEqualTo(memoryBefore);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "macos-aarch64",
        "freebsd-x86_64",
        "openbsd-x86_64",
        "netbsd-x86_64",
        "dragonfly-x86_64"
      })
  void datagramComesWithSenderAndRecipientInTheSystemsLayout(String name) throws Exception {
    try (Story story = new Story(name)) {
      ScriptedKernel script = story.script;
      int level = story.platform.get(Constant.IPPROTO_IP);
      int option = story.platform.get(Constant.IP_RECVDSTADDR);
      script.expect("setsockopt", FD, level, option, ANY, 4);
      story.channel.config().setRecipientTold(true);
      story.start();
      script
          .expectKevent()
          .changes(script.read(FD).oneShot())
          .polls()
          .returns(script.read(FD).data(5));
      script.expect("recvmsg", FD).does(call -> story.receive(call, "hello"));
      script.expect("recvmsg", FD).fails(Errno.EAGAIN);
      story.turn();
      script.verify();
      assertThat(story.inbox.letter())
          .isEqualTo(new Inbox.Letter("hello", PEER, new InetSocketAddress(MEANT, 4000)));
    }
  }

  /** libkqueue#58: it flags an empty datagram as the end of a stream. */
  @ParameterizedTest
  @ValueSource(strings = {"macos-aarch64", "freebsd-x86_64", "netbsd-x86_64"})
  void endOfStreamOnDatagramSocketMeansNothing(String name) throws Exception {
    try (Story story = new Story(name).start()) {
      ScriptedKernel script = story.script;
      script
          .expectKevent()
          .changes(script.read(FD).oneShot())
          .polls()
          .returns(script.read(FD).data(0).eof());
      script.expect("recvmsg", FD).does(call -> story.receive(call, ""));
      script
          .expectKevent()
          .changes(script.read(FD).oneShot())
          .polls()
          .returns(script.read(FD).data(5).eof());
      script.expect("recvmsg", FD).does(call -> story.receive(call, "after"));
      script.expect("recvmsg", FD).fails(Errno.EAGAIN);
      story.turn();
      story.turn();
      script.verify();
      assertThat(story.inbox.text()).isEmpty();
      assertThat(story.inbox.text()).isEqualTo("after");
      assertThat(story.channel.isOpen()).isTrue();
    }
  }

  /** With reads switched off, nothing is read and nothing is armed for it. */
  @ParameterizedTest
  @ValueSource(strings = {"macos-aarch64", "freebsd-x86_64"})
  void channelThatDoesNotReadHoldsNoFilter(String name) throws Exception {
    try (Story story = new Story(name)) {
      story.channel.config().setAutoRead(false);
      story.start();
      story.script.expectKevent().changes().polls();
      story.turn();
      story.script.verify();
    }
  }

  /** quinn#2293: macOS means backpressure, FreeBSD the interface's queue; both stay writable. */
  @ParameterizedTest
  @ValueSource(strings = {"macos-aarch64", "freebsd-x86_64", "openbsd-x86_64"})
  void exhaustedQueueFailsTheDatagramAndArmsNothing(String name) throws Exception {
    try (Story story = new Story(name)) {
      ScriptedKernel script = story.script;
      story.channel.config().setAutoRead(false);
      story.start();
      int flags = story.platform.getOr(Constant.MSG_NOSIGNAL, 0);
      script.expect("sendto", FD, ANY, 4, flags, ANY, 16).fails(Errno.ENOBUFS);
      script
          .expect(
              "getsockopt",
              FD,
              story.platform.get(Constant.SOL_SOCKET),
              story.platform.get(Constant.SO_SNDBUF))
          .writesInts(3, 9216)
          .writesInts(4, 4);
      script.expect("sendto", FD, ANY, 4, flags, ANY, 16).answers(4);
      ChannelFuture lost = story.channel.write(packet("lost", PEER));
      ChannelFuture sent = story.channel.writeAndFlush(packet("sent", PEER));
      assertThat(lost.cause())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("ENOBUFS")
          .hasMessageContaining("SO_SNDBUF 9216");
      assertThat(sent.isSuccess()).isTrue();
      script.expectKevent().changes().polls();
      story.turn();
      script.verify();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"macos-aarch64", "freebsd-x86_64", "netbsd-x86_64"})
  void connectedSocketSendsWithoutAddressAndIsDisconnectedByAnUnknownFamily(String name)
      throws Exception {
    try (Story story = new Story(name)) {
      ScriptedKernel script = story.script;
      story.channel.config().setAutoRead(false);
      story.start();
      script.expect("connect", FD, ANY, 16);
      script
          .expect("getpeername", FD)
          .does(call -> story.putAddress(call.argument(1), call.argument(2), PEER));
      story.channel.connect(PEER);
      assertThat(story.channel.isConnected()).isTrue();
      // With an address it would be EISCONN.
      script.expect("send", FD, ANY, 5, story.platform.getOr(Constant.MSG_NOSIGNAL, 0)).answers(5);
      assertThat(story.channel.writeAndFlush(packet("hello", PEER)).isSuccess()).isTrue();
      script.expect("connect", FD, ANY, 16).fails(Errno.EAFNOSUPPORT);
      script.expect("getpeername", FD).fails(Errno.ENOTCONN);
      assertThat(story.channel.disconnect().isSuccess()).isTrue();
      assertThat(story.channel.isConnected()).isFalse();
      assertThat(story.channel.isActive()).isTrue();
      script.verify();
    }
  }
}
