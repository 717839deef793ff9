package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.util.LeakPresenceDetector;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A read whose buffer the user's allocator does not give, on every system. */
@ParameterizedClass
@EnumSource(Os.class)
class ReadFailureScriptedTest extends AbstractScriptedLoopTest {
  private final Recorder child = new Recorder();

  ReadFailureScriptedTest(Os os) {
    super(os);
  }

  /** An allocator whose first buffer is that one's answer. */
  private static final class FirstBuffer extends DefaultMaxMessagesRecvByteBufAllocator {
    private static final int ROOM = 16;

    private Answer first;

    interface Answer {
      ByteBuf of(ByteBufAllocator allocator);
    }

    FirstBuffer(Answer first) {
      this.first = first;
    }

    @Override
    @SuppressWarnings("deprecation") // The type that Netty's interface has.
    public Handle newHandle() {
      return new MaxMessageHandle() {
        @Override
        public int guess() {
          return ROOM;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
          Answer answer = first;
          first = super::allocate;
          return answer.of(allocator);
        }
      };
    }
  }

  private static ByteBuf fails(ByteBufAllocator allocator) {
    throw new IllegalStateException("no buffer today");
  }

  private void accepted(boolean autoRead, FirstBuffer.Answer first) {
    loop.accepted(
        new ServerBootstrap()
            .childOption(ChannelOption.AUTO_READ, autoRead)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FirstBuffer(first)),
        child);
    if (!autoRead) {
      child.channel().read();
    }
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot())
        .returns(loop.read(CHILD).data(2));
  }

  /** The read that failed is made again. */
  private void readsOn() {
    loop.kevent(loop.read(CHILD).oneShot()).returns(loop.read(CHILD).data(2));
    loop.tcp().recv(CHILD, "hi");
    loop.turn();
    assertThat(child.log()).containsExactly("read hi", "complete");
  }

  @Test
  @DisplayName("an allocator that fails once does not end the reading")
  void readingContinuesAfterFailedAllocation() {
    accepted(true, ReadFailureScriptedTest::fails);
    loop.turn();
    assertThat(child.log())
        .containsExactly("active", "complete", "IllegalStateException: no buffer today");
    readsOn();
  }

  @Test
  @DisplayName("a single read that was asked for and failed is still asked for")
  void failedReadIsStillRequested() {
    accepted(false, ReadFailureScriptedTest::fails);
    loop.turn();
    assertThat(child.log()).contains("IllegalStateException: no buffer today");
    readsOn();
  }

  @Test
  @DisplayName("a buffer without room is no end of the stream")
  void bufferWithoutRoomIsNotAnEnd() {
    accepted(true, allocator -> allocator.directBuffer(0, 0));
    loop.turn();
    assertThat(child.log()).containsExactly("active", "complete");
    readsOn();
  }

  /** Notes what a read says to its handle, and throws at will. */
  private static final class Noting extends DefaultMaxMessagesRecvByteBufAllocator {
    private final List<String> notes = new ArrayList<>();
    private int room = 16;
    private Throwable allocation;
    private boolean lastThrows;
    private boolean completeThrows;

    private void note(String note, boolean throwsToo) {
      notes.add(note);
      if (throwsToo) {
        throw new IllegalStateException("at " + note);
      }
    }

    @Override
    @SuppressWarnings("deprecation") // The type that Netty's interface has.
    public Handle newHandle() {
      return new MaxMessageHandle() {
        @Override
        public int guess() {
          return room;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
          if (allocation != null) {
            PlatformDependent.throwException(allocation);
          }
          return allocator.directBuffer(room, room);
        }

        @Override
        public void attemptedBytesRead(int bytes) {
          super.attemptedBytesRead(bytes);
          note("attempted " + bytes, false);
        }

        @Override
        public void lastBytesRead(int bytes) {
          super.lastBytesRead(bytes);
          note("last " + bytes, lastThrows);
        }

        @Override
        public void readComplete() {
          super.readComplete();
          note("complete", completeThrows);
        }
      };
    }
  }

  private void reading(Noting noting) {
    noting.maxMessagesPerRead(16);
    loop.accepted(
        new ServerBootstrap().childOption(ChannelOption.RECVBUF_ALLOCATOR, noting), child);
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot())
        .returns(loop.read(CHILD).data(17));
  }

  @Test
  void handleHearsWhatEachReceiveBrought() {
    Noting noting = new Noting();
    reading(noting);
    loop.tcp().recv(CHILD, "x".repeat(16));
    loop.tcp().recvFails(CHILD, Errno.EAGAIN);
    loop.turn();
    assertThat(noting.notes)
        .containsExactly("attempted 16", "last 16", "attempted 16", "last 0", "complete");
    noting.notes.clear();
    noting.room = 0;
    loop.kevent(loop.read(CHILD).oneShot()).returns(loop.read(CHILD).data(2));
    loop.turn();
    assertThat(noting.notes).containsExactly("attempted 0", "last 0", "complete");
    noting.notes.clear();
    noting.room = 16;
    loop.kevent(loop.read(CHILD).oneShot()).returns(loop.read(CHILD).eof());
    loop.tcp().recvEnd(CHILD);
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(noting.notes).containsExactly("attempted 16", "last -1", "complete");
  }

  @Test
  @DisplayName("what a handle throws does not hide why the receive failed")
  void failureOfTheReceiveComesBeforeThatOfTheHandle() {
    Noting noting = new Noting();
    noting.lastThrows = true;
    noting.completeThrows = true;
    reading(noting);
    List<Throwable> failures = failures();
    loop.tcp().recvFails(CHILD, Errno.ECONNRESET);
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(noting.notes).containsExactly("attempted 16", "last -1", "complete");
    assertThat(failures).singleElement().isInstanceOf(IOException.class);
    assertThat(failures.get(0).getSuppressed())
        .extracting(Throwable::getMessage)
        .containsExactly("at last -1", "at complete");
  }

  private List<Throwable> failures() {
    List<Throwable> failures = new ArrayList<>();
    child
        .channel()
        .pipeline()
        .addFirst(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                failures.add(cause);
              }
            });
    return failures;
  }

  static List<Throwable> fatal() {
    return List.of(
        new IOException("no disk"),
        new OutOfMemoryError("no memory"),
        new LeakPresenceDetector.AllocationProhibitedException("not here"));
  }

  @ParameterizedTest
  @MethodSource("fatal")
  @DisplayName("a failure that a next read would meet again closes the channel")
  void closesAfterAFailureThatWouldComeAgain(Throwable failure) {
    Noting noting = new Noting();
    noting.allocation = failure;
    reading(noting);
    List<Throwable> failures = failures();
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(failures).containsExactly(failure);
    assertThat(child.log()).containsExactly("active", "complete", "inactive");
  }
}
