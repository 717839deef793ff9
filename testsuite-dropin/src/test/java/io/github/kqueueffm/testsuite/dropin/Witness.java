package io.github.kqueueffm.testsuite.dropin;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.IoEventLoop;
import io.netty.channel.kqueue.KQueueIoHandler;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Sees every channel that a library opens in this JVM, and counts the bytes that it receives. */
final class Witness {
  private static final List<Seen> CHANNELS = new CopyOnWriteArrayList<>();

  private Witness() {}

  static void watch(Channel channel) {
    Seen seen = new Seen(channel);
    CHANNELS.add(seen);
    channel.pipeline().addFirst(seen);
  }

  /**
   * All channels so far are of Netty's names, are ours below them and run on our loops; and those
   * of one name have received as many bytes.
   *
   * @param type the simple name of the class
   */
  static void assertCarried(String type, long bytes) {
    assertThat(CHANNELS).isNotEmpty().allSatisfy(Seen::assertOurs);
    List<Seen> channels = CHANNELS.stream().filter(seen -> seen.isOf(type)).toList();
    assertThat(channels).as("channels of %s among %s", type, CHANNELS).isNotEmpty();
    assertThat(channels.stream().mapToLong(Seen::received).sum()).isGreaterThanOrEqualTo(bytes);
  }

  private static final class Seen extends ChannelInboundHandlerAdapter {
    private final Channel channel;
    private final AtomicLong received = new AtomicLong();
    private volatile boolean outsideOfItsLoop;

    Seen(Channel channel) {
      this.channel = channel;
    }

    boolean isOf(String type) {
      return channel.getClass().getSimpleName().equals(type);
    }

    long received() {
      return received.get();
    }

    void assertOurs() {
      Class<?> type = channel.getClass();
      assertThat(type.getPackageName()).isEqualTo("io.netty.channel.kqueue");
      assertThat(type.getSuperclass().getName())
          .isEqualTo(
              "io.github.kqueueffm.channel." + type.getSimpleName().replace("KQueue", "KQueueFfm"));
      assertThat(((IoEventLoop) channel.eventLoop()).isIoType(KQueueIoHandler.class)).isTrue();
      assertThat(KQueueIoHandler.class.getSuperclass().getName())
          .isEqualTo("io.github.kqueueffm.channel.KQueueFfmIoHandler");
      assertThat(outsideOfItsLoop).isFalse();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof ByteBuf bytes) {
        received.addAndGet(bytes.readableBytes());
      }
      outsideOfItsLoop |= !channel.eventLoop().inEventLoop();
      context.fireChannelRead(message);
    }

    @Override
    public String toString() {
      return channel.getClass().getSimpleName() + " received " + received;
    }
  }
}
