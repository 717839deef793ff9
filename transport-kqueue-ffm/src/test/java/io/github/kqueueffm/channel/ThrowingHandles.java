package io.github.kqueueffm.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/** Gives receive handles of which one throws once. */
@SuppressWarnings("deprecation") // The types that Netty's interface has.
final class ThrowingHandles extends DefaultMaxMessagesRecvByteBufAllocator {
  /** Where a handle can throw, in the order of a read. */
  enum At {
    NEW,
    RESET,
    ALLOCATE,
    ATTEMPTED,
    LAST,
    MESSAGES,
    CONTINUE,
    COMPLETE;

    /** Whether something has come by then. */
    boolean hasReceived() {
      return compareTo(LAST) >= 0;
    }
  }

  private At at;

  ThrowingHandles(At at) {
    this.at = at;
  }

  private void throwAt(At here) {
    if (at == here) {
      at = null;
      throw new IllegalStateException("at " + here);
    }
  }

  @Override
  public Handle newHandle() {
    throwAt(At.NEW);
    return new ThrowingHandle(
        this,
        new MaxMessageHandle() {
          @Override
          public int guess() {
            return 16;
          }
        });
  }

  private static final class ThrowingHandle extends RecvByteBufAllocator.DelegatingHandle
      implements RecvByteBufAllocator.ExtendedHandle {
    private final ThrowingHandles owner;
    private final RecvByteBufAllocator.ExtendedHandle delegate;

    ThrowingHandle(ThrowingHandles owner, RecvByteBufAllocator.ExtendedHandle delegate) {
      super(delegate);
      this.owner = owner;
      this.delegate = delegate;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      owner.throwAt(At.ALLOCATE);
      return super.allocate(allocator);
    }

    @Override
    public void reset(ChannelConfig config) {
      owner.throwAt(At.RESET);
      super.reset(config);
    }

    @Override
    public void attemptedBytesRead(int bytes) {
      owner.throwAt(At.ATTEMPTED);
      super.attemptedBytesRead(bytes);
    }

    @Override
    public void lastBytesRead(int bytes) {
      owner.throwAt(At.LAST);
      super.lastBytesRead(bytes);
    }

    @Override
    public void incMessagesRead(int messages) {
      owner.throwAt(At.MESSAGES);
      super.incMessagesRead(messages);
    }

    @Override
    public boolean continueReading() {
      owner.throwAt(At.CONTINUE);
      return super.continueReading();
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
      owner.throwAt(At.CONTINUE);
      return delegate.continueReading(maybeMoreData);
    }

    @Override
    public void readComplete() {
      owner.throwAt(At.COMPLETE);
      super.readComplete();
    }
  }
}
