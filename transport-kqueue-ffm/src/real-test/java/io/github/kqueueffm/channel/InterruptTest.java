package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.selector.Events;
import io.github.kqueueffm.selector.Poller;
import io.github.kqueueffm.syscall.Kernels;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import io.netty.channel.ManualIoEventLoop;
import io.netty.util.AbstractReferenceCounted;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Threads whose interrupt flag is set: a FileChannel closes itself when such a thread uses it. */
@Tag("real")
class InterruptTest {
  @RegisterExtension final LoopExtension loop = new LoopExtension();

  private Path path;
  private byte[] content;

  /** How a file is sent whose descriptor Java does not give. */
  enum Form {
    READ(1_000),
    IN_PIECES(600_001),
    BY_ITSELF(600_001);

    final int length;

    Form(int length) {
      this.length = length;
    }

    FileRegion open(Path path) throws IOException {
      FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
      return this == BY_ITSELF
          ? new OwnRegion(file, length)
          : new DefaultFileRegion(file, 0, length);
    }
  }

  /** A region of a kind that the transport does not know. */
  private static final class OwnRegion extends AbstractReferenceCounted implements FileRegion {
    private final FileChannel file;
    private final long count;
    private long transferred;

    OwnRegion(FileChannel file, long count) {
      this.file = file;
      this.count = count;
    }

    @Override
    public long position() {
      return 0;
    }

    @Override
    @Deprecated
    public long transfered() {
      return transferred;
    }

    @Override
    public long transferred() {
      return transferred;
    }

    @Override
    public long count() {
      return count;
    }

    @Override
    public long transferTo(WritableByteChannel target, long position) throws IOException {
      long written = file.transferTo(position, count - position, target);
      transferred += written;
      return written;
    }

    @Override
    protected void deallocate() {
      try {
        file.close();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public FileRegion retain() {
      super.retain();
      return this;
    }

    @Override
    public FileRegion retain(int increment) {
      super.retain(increment);
      return this;
    }

    @Override
    public FileRegion touch() {
      return this;
    }

    @Override
    public FileRegion touch(Object hint) {
      return this;
    }
  }

  @BeforeEach
  void writeFile() throws IOException {
    path = loop.file("content");
    content = loop.randomFile(path, 600_001);
  }

  private interface OnLoop {
    Object act(ChannelHandlerContext context) throws Exception;
  }

  /** Does something on the loop's thread, within the turn in which a byte has come. */
  private static final class Handler extends ChannelInboundHandlerAdapter {
    final CompletableFuture<Object> done = new CompletableFuture<>();
    private final OnLoop action;

    Handler(OnLoop action) {
      this.action = action;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ReferenceCountUtil.release(message);
      try {
        done.complete(action.act(context));
      } catch (Exception e) {
        done.completeExceptionally(e);
      }
    }

    Object answer() throws Exception {
      return done.get(10, TimeUnit.SECONDS);
    }
  }

  /** A connection of the loop, of which the test has the other end. */
  private Socket connect(Handler handler, CompletableFuture<Channel> made) throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      made.complete(
          loop.client(KQueueFfmSocketChannel.class, handler)
              .connect(listener.getLocalSocketAddress())
              .sync()
              .channel());
      return listener.accept();
    }
  }

  private void interruptLoop() throws Exception {
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    loop.group().execute(() -> thread.complete(Thread.currentThread()));
    thread.get(10, TimeUnit.SECONDS).interrupt();
  }

  @ParameterizedTest
  @EnumSource
  void downloadsContinueAfterInterruptByAnotherThread(Form form) throws Exception {
    CompletableFuture<Channel> channel = new CompletableFuture<>();
    try (Socket peer = connect(new Handler(context -> null), channel)) {
      interruptLoop();
      for (int i = 0; i < 3; i++) {
        ChannelFuture write = channel.join().writeAndFlush(form.open(path));
        assertThat(peer.getInputStream().readNBytes(form.length))
            .isEqualTo(Arrays.copyOf(content, form.length));
        write.sync();
      }
      channel.join().close().sync();
    }
  }

  @ParameterizedTest
  @EnumSource
  void handlerThatInterruptsItsThreadCanWriteARegionInTheSameTurn(Form form) throws Exception {
    CompletableFuture<Channel> channel = new CompletableFuture<>();
    CompletableFuture<ChannelFuture> write = new CompletableFuture<>();
    Handler handler =
        new Handler(context -> {
          FileRegion region = form.open(path);
          Thread.currentThread().interrupt();
          write.complete(context.writeAndFlush(region));
          return Thread.currentThread().isInterrupted();
        });
    try (Socket peer = connect(handler, channel)) {
      peer.getOutputStream().write(1);
      assertThat(handler.answer()).as("the flag, which is the handler's").isEqualTo(true);
      assertThat(peer.getInputStream().readNBytes(form.length))
          .isEqualTo(Arrays.copyOf(content, form.length));
      write.join().sync();
      channel.join().close().sync();
    }
  }

  @Test
  void fileOfHandlerStaysOpenAfterInterruptByAnotherThread() throws Exception {
    CompletableFuture<Channel> channel = new CompletableFuture<>();
    Handler handler =
        new Handler(context -> {
          try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            return file.read(ByteBuffer.allocate(10));
          }
        });
    try (Socket peer = connect(handler, channel)) {
      interruptLoop();
      peer.getOutputStream().write(1);
      assertThat(handler.answer()).isEqualTo(10);
      channel.join().close().sync();
    }
  }

  @Test
  void interruptFlagOfUserDrivenThreadIsKept() {
    ManualIoEventLoop manual =
        new ManualIoEventLoop(Thread.currentThread(), KQueueFfmIoHandler.newFactory());
    try {
      Thread.currentThread().interrupt();
      for (int i = 0; i < 3; i++) {
        manual.run(TimeUnit.MILLISECONDS.toNanos(1), TimeUnit.SECONDS.toNanos(1));
      }
      assertThat(Thread.interrupted()).isTrue();
    } finally {
      manual.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      while (!manual.isTerminated()) {
        manual.runNow();
      }
    }
  }

  @Test
  void interruptFlagOfSelectingThreadIsKept() throws Exception {
    try (Events events = new Events(8)) {
      Poller poller = Poller.open(Kernels.system());
      Thread.currentThread().interrupt();
      assertThat(poller.select(events, 1_000_000, null)).isZero();
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
      poller.close();
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
