package io.github.kqueueffm.channel;

import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/** An allocator with one guess whose handles note the room and the result of each receive. */
final class NotedReceives extends DefaultMaxMessagesRecvByteBufAllocator {
  final List<Integer> attempted = new ArrayList<>();
  final List<Integer> received = new ArrayList<>();
  private final int guess;

  NotedReceives(int guess) {
    super(16);
    this.guess = guess;
  }

  @Override
  @SuppressWarnings("deprecation") // The type that Netty's interface has.
  public Handle newHandle() {
    return new MaxMessageHandle() {
      @Override
      public int guess() {
        return guess;
      }

      @Override
      public void attemptedBytesRead(int bytes) {
        attempted.add(bytes);
        super.attemptedBytesRead(bytes);
      }

      @Override
      public void lastBytesRead(int bytes) {
        received.add(bytes);
        super.lastBytesRead(bytes);
      }
    };
  }
}
