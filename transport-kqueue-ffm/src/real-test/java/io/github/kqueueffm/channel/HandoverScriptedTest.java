package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A channel between two registrations, and one that another executor is already closing. */
@ParameterizedClass
@EnumSource(Os.class)
@Tag("real")
class HandoverScriptedTest extends AbstractScriptedLoopTest {
  private final Recorder child = new Recorder();

  HandoverScriptedTest(Os os) {
    super(os);
  }

  private void accepted(ServerBootstrap bootstrap) {
    loop.accepted(bootstrap, child);
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot()).returns();
    loop.turn();
    child.log();
  }

  private void leaves() {
    loop.script().expectKevent().changes(loop.read(CHILD).delete()).withoutSlots();
    child.channel().deregister();
    loop.tasks();
    assertThat(child.channel().isRegistered()).isFalse();
  }

  private void registersAgain() {
    EventLoopGroup group = loop.eventLoop();
    ChannelFuture registered = group.register(child.channel());
    loop.tasks();
    assertThat(registered.isSuccess()).isTrue();
  }

  @Test
  @DisplayName("a channel that leaves takes its knotes along: its descriptor stays open")
  void deregisterDeletesKnotes() {
    accepted(new ServerBootstrap());
    leaves();
    loop.kevent().returns();
    loop.turn();
    registersAgain();
    loop.kevent(loop.read(CHILD).oneShot()).returns(loop.read(CHILD).data(2));
    loop.tcp().recv(CHILD, "hi");
    loop.turn();
    assertThat(child.log()).containsExactly("read hi", "complete");
  }

  @Test
  @DisplayName("what is written between two registrations goes out after the second")
  void writeBetweenRegistrationsIsSentAfterTheSecond() {
    accepted(new ServerBootstrap());
    leaves();
    ChannelFuture written = child.write("meanwhile");
    loop.tasks();
    assertThat(written.isDone()).isFalse();

    registersAgain();
    loop.kevent(loop.read(CHILD).oneShot(), loop.write(CHILD).oneShot())
        .returns(loop.write(CHILD).data(9000));
    loop.tcp().send(CHILD, "meanwhile");
    loop.turn();
    assertThat(written.isSuccess()).isTrue();
  }

  @Test
  @DisplayName("a write that waits for room waits at the next loop too")
  void pendingWriteWaitsOnTheNextLoop() {
    accepted(new ServerBootstrap());
    loop.tcp().sending(CHILD, "full").fails(Errno.EAGAIN);
    ChannelFuture written = child.write("full");
    loop.kevent(loop.write(CHILD).oneShot()).returns();
    loop.turn();
    loop.script().expectKevent().changes(loop.read(CHILD).delete()).withoutSlots();
    loop.script().expectKevent().changes(loop.write(CHILD).delete()).withoutSlots();
    child.channel().deregister();
    loop.tasks();

    registersAgain();
    loop.kevent(loop.read(CHILD).oneShot(), loop.write(CHILD).oneShot())
        .returns(loop.write(CHILD).data(9000));
    loop.tcp().send(CHILD, "full");
    loop.turn();
    assertThat(written.isSuccess()).isTrue();
  }

  @Test
  @DisplayName("nothing is read once a handler has closed, though the close lingers elsewhere")
  void lingeringChannelReadsNoMore() throws Exception {
    accepted(
        new ServerBootstrap()
            .childOption(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(4).maxMessagesPerRead(4)));
    loop.script().expect("setsockopt", CHILD, Os.SOL_SOCKET, os.linger());
    child.channel().config().setOption(ChannelOption.SO_LINGER, 5);
    child.onRead(() -> child.channel().close());
    CountDownLatch turned = new CountDownLatch(1);
    GlobalEventExecutor.INSTANCE.execute(() -> await(turned));
    loop.script().allow("close", CHILD);
    loop.kevent().returns(loop.read(CHILD).data(8));
    loop.tcp().recv(CHILD, "full");
    loop.turn();
    turned.countDown();
    Channel channel = child.channel();
    LoopExtension.await("the lingering close", () -> !channel.isOpen());
    assertThat(child.log()).startsWith("read full", "complete");
    LoopExtension.await(
        "the end",
        () -> {
          loop.eventLoop().runNonBlockingTasks(0);
          return channel.closeFuture().isDone();
        });
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @DisplayName("a socket whose SO_LINGER cannot be read is closed [B1]")
  void unreadableSoLingerDoesNotPreventClose() {
    accepted(new ServerBootstrap());
    KQueueFfmSocketChannel channel = (KQueueFfmSocketChannel) child.channel();
    channel.config().lingerUnknown();
    loop.script().expect("getsockopt", CHILD, Os.SOL_SOCKET, os.linger()).fails(Errno.EINVAL);
    loop.script().expect("getpeername", CHILD).fails(os.noPeer());
    loop.tcp().close(CHILD);
    ChannelFuture closed = channel.close();
    loop.tasks();
    assertThat(closed.isSuccess()).isTrue();
    assertThat(child.log()).containsExactly("inactive");
  }

  @Test
  @SuppressWarnings("deprecation") // AUTO_CLOSE, without which the channel would be closed.
  @DisplayName("an output that cannot be shut down, since the peer has reset, is shut down [B1]")
  void refusedShutdownOfTheOutputIsSuccess() {
    accepted(new ServerBootstrap().childOption(ChannelOption.AUTO_CLOSE, false));
    loop.script().expect("send", CHILD).fails(Errno.EPIPE);
    loop.script().expect("shutdown", CHILD, 1).fails(Errno.ENOTCONN);
    ChannelFuture written = child.write("lost");
    loop.tasks();
    assertThat(written.isSuccess()).isFalse();
    assertThat(((KQueueFfmSocketChannel) child.channel()).isOutputShutdown()).isTrue();
    assertThat(child.log()).contains("ChannelOutputShutdownEvent");
  }

  @Test
  @DisplayName("a server that pauses without descriptors accepts on its next loop [B2]")
  void pausedServerAcceptsOnTheNextLoop() {
    Channel server = loop.listen(() -> child);
    server.pipeline().removeLast();
    loop.kevent(loop.read(SERVER).oneShot()).returns(loop.read(SERVER).data(1));
    loop.tcp().accept(SERVER).fails(Errno.EMFILE);
    loop.turn();
    server.deregister();
    loop.tasks();
    ChannelFuture registered = ((EventLoopGroup) loop.eventLoop()).register(server);
    loop.tasks();
    assertThat(registered.isSuccess()).isTrue();
    loop.kevent(loop.read(SERVER).oneShot()).returns();
    loop.turn();
  }
}
