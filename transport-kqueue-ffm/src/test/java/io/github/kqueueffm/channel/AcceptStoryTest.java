package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static io.github.kqueueffm.channel.ScriptedLoop.THEIR_PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.THERE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Kevent;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What can happen to a server between its event and its children, on every system. */
@ParameterizedClass
@EnumSource(Os.class)
class AcceptStoryTest {
  private final Os os;
  private final List<Recorder> children = new ArrayList<>();

  AcceptStoryTest(Os os) {
    this.os = os;
  }

  private Recorder child() {
    Recorder child = new Recorder();
    children.add(child);
    return child;
  }

  /** A server to which the next turn reports connections. */
  private Channel called(ScriptedLoop story) {
    Channel server = story.listen(this::child);
    story.kevent(story.read(SERVER).oneShot()).returns(story.read(SERVER).data(1));
    return server;
  }

  private void accept(ScriptedLoop story, int fd) {
    story.tcp().accept(SERVER, fd, THERE, THEIR_PORT);
  }

  /** The server goes on: it is armed after those children. */
  private void goesOn(ScriptedLoop story, int... fds) {
    Kevent[] changes = new Kevent[fds.length + 1];
    for (int i = 0; i < fds.length; i++) {
      changes[i] = story.read(fds[i]).oneShot();
    }
    changes[fds.length] = story.read(SERVER).oneShot();
    story.kevent(changes).returns();
    story.turn();
  }

  @Test
  @DisplayName("n connections cost n accepts and the one that finds none")
  void takesAllThatWait() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      called(story);
      accept(story, 11);
      accept(story, 12);
      accept(story, 13);
      story.tcp().nothingToAccept(SERVER);
      story.turn();
      assertThat(children).hasSize(3).allMatch(child -> child.channel().isActive());
      goesOn(story, 11, 12, 13);
    }
  }

  @Test
  @DisplayName("takes no more than the limit of a turn, and arms for the rest")
  void isFair() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.listen(
          new ServerBootstrap()
              .option(
                  ChannelOption.RECVBUF_ALLOCATOR,
                  new ServerChannelRecvByteBufAllocator().maxMessagesPerRead(2)),
          this::child);
      story.kevent(story.read(SERVER).oneShot()).returns(story.read(SERVER).data(3));
      accept(story, 11);
      accept(story, 12);
      story.turn();
      goesOn(story, 11, 12);
    }
  }

  @Test
  @DisplayName("a stale event finds no connection and arms again")
  void findsNone() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      called(story);
      story.tcp().nothingToAccept(SERVER);
      story.turn();
      goesOn(story);
      assertThat(children).isEmpty();
    }
  }

  @Test
  @DisplayName("a connection that was given up while it waited is passed over")
  void passesOverAbortedOnes() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      called(story);
      story.tcp().accept(SERVER).fails(Errno.ECONNABORTED);
      story.tcp().accept(SERVER).fails(Errno.EINTR);
      accept(story, CHILD);
      story.tcp().accept(SERVER).fails(Errno.ECONNABORTED);
      story.tcp().nothingToAccept(SERVER);
      story.turn();
      assertThat(children).hasSize(1);
      goesOn(story, CHILD);
    }
  }

  @Test
  @DisplayName("fcntl's EINVAL on a connection that was reset closes it, and nobody hears [B1, B2]")
  void closesAResetOneQuietly_swiftnio1030() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.tcp().withoutAccept4();
      Channel server = called(story);
      Recorder observer = new Recorder();
      server.pipeline().addLast(observer);
      story.tcp().accept(SERVER).answers(11);
      story.script().expect("fcntl", 11).fails(Errno.EINVAL);
      story.tcp().close(11);
      accept(story, CHILD);
      story.tcp().nothingToAccept(SERVER);
      story.turn();
      assertThat(children).hasSize(1);
      assertThat(observer.log()).noneMatch(line -> line.contains("Exception"));
      goesOn(story, CHILD);
    }
  }

  @Test
  @DisplayName("a reset connection's EINVAL for TCP_NODELAY does not fail the child [B1]")
  void letsAChildFindOutByItself() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      called(story);
      story.tcp().accepting(SERVER, CHILD, THERE, THEIR_PORT);
      story.tcp().option(CHILD, Os.IPPROTO_TCP, Os.TCP_NODELAY, 1).fails(Errno.EINVAL);
      story.script().expect("getpeername", CHILD).fails(Errno.EINVAL);
      story.tcp().nothingToAccept(SERVER);
      story.turn();
      story
          .kevent(story.read(CHILD).oneShot(), story.read(SERVER).oneShot())
          .returns(story.read(CHILD).eof(Errno.ECONNRESET));
      story.tcp().recvFails(CHILD, Errno.ECONNRESET);
      story.tcp().close(CHILD);
      story.turn();
      assertThat(children.get(0).log()).contains("active", "inactive");
    }
  }

  @Test
  @DisplayName("without descriptors left it rests: no event, no accept, and then goes on [B2]")
  void backsOffWithoutDescriptors() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel server = called(story);
      Recorder observer = new Recorder();
      server.pipeline().addLast(observer);
      accept(story, CHILD);
      story.tcp().accept(SERVER).fails(Errno.EMFILE);
      story.turn();
      assertThat(observer.log())
          .anyMatch(line -> line.contains("EMFILE") && line.contains("ulimit -n"));

      story.kevent(story.read(CHILD).oneShot()).returns();
      story.turn();
      story.passes(99);
      story.kevent().returns();
      story.turn();
      // Netty's acceptor stops reading for a second after any exception.
      story.passes(901);
      story.kevent().returns();
      story.turn();
      story.kevent(story.read(SERVER).oneShot()).returns(story.read(SERVER).data(1));
      accept(story, 12);
      story.tcp().nothingToAccept(SERVER);
      story.turn();
      assertThat(children).hasSize(2);
    }
  }

  @Test
  @DisplayName("rests a tenth of a second when nobody stops it from reading [B2]")
  void backsOffByItself() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel server = called(story);
      server.pipeline().removeLast();
      Recorder observer = new Recorder();
      server.pipeline().addLast(observer);
      story.tcp().accept(SERVER).fails(Errno.ENFILE);
      story.turn();
      assertThat(observer.log()).hasSize(2).first().isEqualTo("complete");
      server.read();
      story.passes(99);
      story.kevent().returns();
      story.turn();
      story.passes(1);
      story.kevent().returns();
      story.turn();
      story.kevent(story.read(SERVER).oneShot()).returns();
      story.turn();
    }
  }

  @Test
  @DisplayName("a connection whose flags cannot be set is closed, and the reason told [B2]")
  void closesAfterEveryFailure_netty16442() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.tcp().withoutAccept4();
      Channel server = called(story);
      Recorder observer = new Recorder();
      server.pipeline().addLast(observer);
      story.tcp().accept(SERVER).answers(11);
      story.script().expect("fcntl", 11);
      story.script().expect("fcntl", 11).fails(Errno.EBADF);
      story.tcp().close(11);
      story.turn();
      assertThat(observer.log()).contains("ClosedChannelException: null");
      assertThat(server.isOpen()).isTrue();
    }
  }

  @Test
  @DisplayName("a listener that is broken tells so, and does not accept in a circle")
  void tellsOtherErrors() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel server = called(story);
      Recorder observer = new Recorder();
      server.pipeline().addFirst(observer);
      story.tcp().forbidAccept(SERVER, Errno.EINVAL);
      story.turn();
      assertThat(observer.log())
          .anyMatch(line -> line.contains("accept") && line.contains("EINVAL"));
    }
  }

  @Test
  @DisplayName("a server that its handler closes accepts no more: the number may be another's [A1]")
  void acceptsNoMoreOnceItIsClosed() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel server = called(story);
      Recorder observer = new Recorder();
      server.pipeline().addLast(observer);
      server
          .pipeline()
          .addFirst(
              new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                  ctx.close();
                  ctx.fireChannelRead(message);
                }
              });
      accept(story, CHILD);
      story.tcp().close(SERVER);
      story.turn();
      assertThat(children).hasSize(1);
      assertThat(observer.log()).containsExactly("complete", "inactive");
    }
  }

  @Test
  @DisplayName("an accept that is forbidden for good does not keep the loop for itself [B2]")
  void restsWhenEveryConnectionIsGone() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel server = called(story);
      server.pipeline().removeLast();
      Recorder observer = new Recorder();
      server.pipeline().addLast(observer);
      story.tcp().accept(SERVER).fails(Errno.ECONNABORTED).times(4096);
      story.turn();
      assertThat(observer.log()).hasSize(2).anyMatch(line -> line.contains("accept"));
      story.passes(100);
      story.kevent().returns();
      story.turn();
      story.kevent(story.read(SERVER).oneShot()).returns();
      story.turn();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ENOSYS", "EPERM", "EACCES", "EINVAL", "EOPNOTSUPP"})
  @DisplayName("an accept that a policy forbids is asked for once before each rest")
  void restsWhenAcceptIsForbidden(Errno errno) {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel server = called(story);
      server.pipeline().removeLast();
      Recorder observer = new Recorder();
      server.pipeline().addLast(observer);
      for (int i = 0; i < 2; i++) {
        story.tcp().forbidAccept(SERVER, errno);
        story.turn();
        assertThat(observer.log()).hasSize(2).anyMatch(line -> line.contains("accept"));
        story.passes(100);
        story.kevent().returns();
        story.turn();
        story.kevent(story.read(SERVER).oneShot()).returns(story.read(SERVER).data(1));
      }
      story.tcp().nothingToAccept(SERVER);
      story.turn();
    }
  }

  @Test
  @DisplayName("a server that cannot be configured leaves no socket [B2]")
  void closesTheSocketOfAServerThatFails() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.tcp().listener(SERVER);
      story.tcp().option(SERVER, Os.SOL_SOCKET, Os.SO_REUSEADDR, 1).fails(Errno.ENOBUFS);
      story.tcp().close(SERVER);
      assertThatThrownBy(
              () -> new KQueueFfmServerSocketChannel(Sockets.listener(story.kernel(), null), false))
          .isInstanceOf(ChannelException.class)
          .hasMessageContaining("SO_REUSEADDR");
    }
  }

  @Test
  @DisplayName("a child that cannot be configured is closed once, and its own reason told [B2]")
  void closesAChildThatFailsOnce() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel server = called(story);
      Recorder observer = new Recorder();
      server.pipeline().addLast(observer);
      story.tcp().accepting(SERVER, CHILD, THERE, THEIR_PORT);
      story.tcp().option(CHILD, Os.IPPROTO_TCP, Os.TCP_NODELAY, 1).fails(Errno.ENOBUFS);
      story.tcp().close(CHILD);
      story.turn();
      assertThat(observer.log())
          .anyMatch(line -> line.contains("TCP_NODELAY") && line.contains("ENOBUFS"));
      assertThat(children).isEmpty();
    }
  }

  @Test
  @DisplayName("a read that was asked for before the bind is armed by it")
  void armsWhatWasAskedForBefore() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.listen(
          new ServerBootstrap()
              .option(ChannelOption.AUTO_READ, false)
              .handler(
                  new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRegistered(ChannelHandlerContext ctx) {
                      ctx.read();
                    }
                  }),
          this::child);
      story.kevent(story.read(SERVER).oneShot()).returns();
      story.turn();
    }
  }
}
