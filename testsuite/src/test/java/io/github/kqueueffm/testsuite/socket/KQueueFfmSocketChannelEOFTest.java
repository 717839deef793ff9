package io.github.kqueueffm.testsuite.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testsuite.harness.KQueueFfmSocketTestPermutation;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.AbstractSocketTest;
import io.netty.util.ReferenceCountUtil;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/** No byte is lost when the peer closes while much is still to be read (netty #17290). */
class KQueueFfmSocketChannelEOFTest extends AbstractSocketTest {
  private static final int TOTAL = 32 << 20;
  private static final int CHUNK = 64 << 10;

  @Override
  protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
    return KQueueFfmSocketTestPermutation.INSTANCE.socket();
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void pausedReaderGetsEveryByteBeforeChannelInactive(TestInfo testInfo) throws Throwable {
    run(testInfo, KQueueFfmSocketChannelEOFTest::everyByteArrives);
  }

  private static void everyByteArrives(ServerBootstrap sb, Bootstrap cb) throws Throwable {
    byte[] chunk = new byte[CHUNK];
    new Random(17290).nextBytes(chunk);
    Reader reader = new Reader();
    Channel server = sb.childHandler(new Writer(chunk)).bind().sync().channel();
    try {
      cb.option(ChannelOption.AUTO_READ, false)
          .handler(reader)
          .connect(server.localAddress())
          .sync();
      assertThat(reader.digest.get(50, TimeUnit.SECONDS)).isEqualTo(digestOf(chunk));
      assertThat(reader.received).hasValue(TOTAL);
    } finally {
      server.close().sync();
    }
  }

  private static byte[] digestOf(byte[] chunk) {
    MessageDigest digest = sha256();
    for (int sent = 0; sent < TOTAL; sent += chunk.length) {
      digest.update(chunk);
    }
    return digest.digest();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Sends it all and closes at once: the end is in the peer's socket long before it is read. */
  private static final class Writer extends ChannelInboundHandlerAdapter {
    private final byte[] chunk;

    Writer(byte[] chunk) {
      this.chunk = chunk;
    }

    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      ByteBufAllocator allocator = ctx.alloc();
      for (int sent = 0; sent < TOTAL; sent += chunk.length) {
        ctx.write(allocator.directBuffer(chunk.length).writeBytes(chunk));
      }
      ctx.writeAndFlush(allocator.buffer(0)).addListener(ChannelFutureListener.CLOSE);
    }
  }

  private static final class Reader extends ChannelInboundHandlerAdapter {
    final CompletableFuture<byte[]> digest = new CompletableFuture<>();
    private final MessageDigest running = sha256();
    final AtomicLong received = new AtomicLong();
    private int reads;

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      try {
        received.addAndGet(bytes.readableBytes());
        running.update(bytes.nioBuffer());
      } finally {
        ReferenceCountUtil.release(bytes);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      if (++reads % 64 == 0) {
        ctx.executor().schedule(ctx::read, 5, TimeUnit.MILLISECONDS);
      } else {
        ctx.read();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      digest.complete(running.digest());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      digest.completeExceptionally(cause);
    }
  }
}
