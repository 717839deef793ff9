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

/** A channel between two registrations, and one whose close is somebody else's business already. */
@ParameterizedClass
@EnumSource(Os.class)
@Tag("real")
class HandoverStoryTest {
  private final Os os;
  private final Recorder child = new Recorder();

  HandoverStoryTest(Os os) {
    this.os = os;
  }

  private void accepted(ScriptedLoop story, ServerBootstrap bootstrap) {
    story.accepted(bootstrap, child);
    story.kevent(story.read(CHILD).oneShot(), story.read(SERVER).oneShot()).returns();
    story.turn();
    child.log();
  }

  private void leaves(ScriptedLoop story) {
    story.script().expectKevent().changes(story.read(CHILD).delete()).withoutSlots();
    child.channel().deregister();
    story.tasks();
    assertThat(child.channel().isRegistered()).isFalse();
  }

  private void registersAgain(ScriptedLoop story) {
    EventLoopGroup loop = story.loop();
    ChannelFuture registered = loop.register(child.channel());
    story.tasks();
    assertThat(registered.isSuccess()).isTrue();
  }

  @Test
  @DisplayName("a channel that leaves takes its knotes along: its descriptor stays open")
  void leavesNoKnoteBehind() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      accepted(story, new ServerBootstrap());
      leaves(story);
      story.kevent().returns();
      story.turn();
      registersAgain(story);
      story.kevent(story.read(CHILD).oneShot()).returns(story.read(CHILD).data(2));
      story.tcp().recv(CHILD, "hi");
      story.turn();
      assertThat(child.log()).containsExactly("read hi", "complete");
    }
  }

  @Test
  @DisplayName("what is written between two registrations goes out after the second")
  void writesAtTheNextLoop() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      accepted(story, new ServerBootstrap());
      leaves(story);
      ChannelFuture written = child.write("meanwhile");
      story.tasks();
      assertThat(written.isDone()).isFalse();

      registersAgain(story);
      story
          .kevent(story.read(CHILD).oneShot(), story.write(CHILD).oneShot())
          .returns(story.write(CHILD).data(9000));
      story.tcp().send(CHILD, "meanwhile");
      story.turn();
      assertThat(written.isSuccess()).isTrue();
    }
  }

  @Test
  @DisplayName("a write that waits for room waits at the next loop too")
  void waitsForRoomAtTheNextLoop() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      accepted(story, new ServerBootstrap());
      story.tcp().sending(CHILD, "full").fails(Errno.EAGAIN);
      ChannelFuture written = child.write("full");
      story.kevent(story.write(CHILD).oneShot()).returns();
      story.turn();
      story.script().expectKevent().changes(story.read(CHILD).delete()).withoutSlots();
      story.script().expectKevent().changes(story.write(CHILD).delete()).withoutSlots();
      child.channel().deregister();
      story.tasks();

      registersAgain(story);
      story
          .kevent(story.read(CHILD).oneShot(), story.write(CHILD).oneShot())
          .returns(story.write(CHILD).data(9000));
      story.tcp().send(CHILD, "full");
      story.turn();
      assertThat(written.isSuccess()).isTrue();
    }
  }

  @Test
  @DisplayName("nothing is read once a handler has closed, though the close lingers elsewhere")
  void readsNoMoreWhileItLingers() throws Exception {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      accepted(
          story,
          new ServerBootstrap()
              .childOption(
                  ChannelOption.RECVBUF_ALLOCATOR,
                  new FixedRecvByteBufAllocator(4).maxMessagesPerRead(4)));
      story.script().expect("setsockopt", CHILD, Os.SOL_SOCKET, os.linger());
      child.channel().config().setOption(ChannelOption.SO_LINGER, 5);
      child.onRead(() -> child.channel().close());
      CountDownLatch turned = new CountDownLatch(1);
      GlobalEventExecutor.INSTANCE.execute(() -> await(turned));
      story.script().allow("close", CHILD);
      story.kevent().returns(story.read(CHILD).data(8));
      story.tcp().recv(CHILD, "full");
      story.turn();
      turned.countDown();
      Channel channel = child.channel();
      LoopExtension.await("the lingering close", () -> !channel.isOpen());
      assertThat(child.log()).startsWith("read full", "complete");
      LoopExtension.await(
          "the end",
          () -> {
            story.loop().runNonBlockingTasks(0);
            return channel.closeFuture().isDone();
          });
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @DisplayName("a socket that does not tell its SO_LINGER is closed all the same [B1]")
  void closesWhateverItsLingerIs() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      accepted(story, new ServerBootstrap());
      KQueueFfmSocketChannel channel = (KQueueFfmSocketChannel) child.channel();
      channel.config().lingerUnknown();
      story.script().expect("getsockopt", CHILD, Os.SOL_SOCKET, os.linger()).fails(Errno.EINVAL);
      story.script().expect("getpeername", CHILD).fails(os.noPeer());
      story.tcp().close(CHILD);
      ChannelFuture closed = channel.close();
      story.tasks();
      assertThat(closed.isSuccess()).isTrue();
      assertThat(child.log()).containsExactly("inactive");
    }
  }

  @Test
  @SuppressWarnings("deprecation") // AUTO_CLOSE, without which the channel would be closed.
  @DisplayName("an output that cannot be shut down, since the peer has reset, is shut down [B1]")
  void outputIsShutDownThoughTheKernelRefuses() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      accepted(story, new ServerBootstrap().childOption(ChannelOption.AUTO_CLOSE, false));
      story.script().expect("send", CHILD).fails(Errno.EPIPE);
      story.script().expect("shutdown", CHILD, 1).fails(Errno.ENOTCONN);
      ChannelFuture written = child.write("lost");
      story.tasks();
      assertThat(written.isSuccess()).isFalse();
      assertThat(((KQueueFfmSocketChannel) child.channel()).isOutputShutdown()).isTrue();
      assertThat(child.log()).contains("ChannelOutputShutdownEvent");
    }
  }

  @Test
  @DisplayName("a server that rests for want of descriptors accepts at its next loop [B2]")
  void restsNoLongerAtTheNextLoop() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel server = story.listen(() -> child);
      server.pipeline().removeLast();
      story.kevent(story.read(SERVER).oneShot()).returns(story.read(SERVER).data(1));
      story.tcp().accept(SERVER).fails(Errno.EMFILE);
      story.turn();
      server.deregister();
      story.tasks();
      ChannelFuture registered = ((EventLoopGroup) story.loop()).register(server);
      story.tasks();
      assertThat(registered.isSuccess()).isTrue();
      story.kevent(story.read(SERVER).oneShot()).returns();
      story.turn();
    }
  }
}
