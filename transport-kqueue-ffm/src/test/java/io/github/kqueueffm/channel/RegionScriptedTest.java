package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static io.github.kqueueffm.syscall.ScriptedKernel.ANY;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Expectation;
import io.github.kqueueffm.syscall.Memory;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.AbstractReferenceCounted;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Regions that no sendfile sends: of files that Java has opened, and of unknown kinds. */
@ParameterizedClass
@EnumSource(names = {"FREEBSD_X86_64", "OPENBSD_X86_64"})
class RegionScriptedTest extends AbstractScriptedLoopTest {
  private static final int PIECE = 256 << 10;

  private final Recorder child = new Recorder();
  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);

  @TempDir Path folder;

  RegionScriptedTest(Os os) {
    super(os);
  }

  @AfterEach
  void leavesNoMemory() {
    assertThat(allocator.metric().usedDirectMemory()).isZero();
  }

  private void accepted() {
    loop.accepted(new ServerBootstrap().childOption(ChannelOption.ALLOCATOR, allocator), child);
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot()).returns();
    loop.turn();
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) (i * 31 + (i >> 8));
    }
    return bytes;
  }

  private Expectation sending(byte[] content, int from, int to) {
    return loop.script()
        .expect("send", CHILD, ANY, to - from, os.msgNoSignal())
        .with(1, Arrays.copyOfRange(content, from, to));
  }

  private KQueueFfmLoopCounters counters() {
    return KQueueFfmLoopCounters.of(loop.eventLoop()).getFirst();
  }

  private void hasRoomAgain() {
    loop.kevent(loop.write(CHILD).oneShot()).returns(loop.write(CHILD).data(9000));
  }

  private ChannelFuture write(FileRegion region) {
    return child.channel().writeAndFlush(region);
  }

  /** A region of a kind that the transport does not know, which writes itself in steps. */
  private static final class Source extends AbstractReferenceCounted implements FileRegion {
    private final long count;
    private final Deque<Step> steps = new ArrayDeque<>();
    private long transferred;

    private interface Step {
      long to(WritableByteChannel target) throws IOException;
    }

    Source(long count, Step... steps) {
      this.count = count;
      this.steps.addAll(List.of(steps));
    }

    /** Writes a piece at a time until the target takes no more of one. */
    static Step pieces(byte[] content, int piece) {
      return target -> {
        long written = 0;
        while (written < content.length) {
          int length = Math.min(piece, content.length - (int) written);
          int taken = target.write(ByteBuffer.wrap(content, (int) written, length));
          written += taken;
          if (taken < length) {
            break;
          }
        }
        return written;
      };
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
      assertThat(position).isEqualTo(transferred);
      long written = steps.remove().to(target);
      transferred += written;
      return written;
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

    @Override
    protected void deallocate() {}
  }

  private Path file(byte[] content) throws IOException {
    return Files.write(folder.resolve("f"), content);
  }

  @Test
  void openFileIsSentInPieces() throws IOException {
    byte[] content = bytes(PIECE + 9);
    FileChannel file = FileChannel.open(file(content));
    accepted();
    sending(content, 2, PIECE + 2).fails(Errno.EINTR);
    sending(content, 2, PIECE + 2).answers(PIECE);
    sending(content, PIECE + 2, PIECE + 7).answers(2);
    FileRegion region = new DefaultFileRegion(file, 2, PIECE + 5);
    ChannelFuture written = write(region);
    assertThat(region.transferred()).isEqualTo(PIECE + 2);

    hasRoomAgain();
    sending(content, PIECE + 4, PIECE + 7).fails(Errno.EAGAIN);
    loop.turn();
    hasRoomAgain();
    sending(content, PIECE + 4, PIECE + 7).answers(3);
    loop.turn();
    assertThat(written.isSuccess()).isTrue();
    assertThat(file.isOpen()).isFalse();
  }

  @Test
  void regionByPathIsSentFromItsFileWhereThereIsNoSendfile() throws IOException {
    byte[] content = bytes(6);
    Path path = file(content);
    accepted();
    try (FileChannel file = FileChannel.open(path)) {
      FileRegion region =
          os == Os.OPENBSD_X86_64
              ? new DefaultFileRegion(path.toFile(), 1, 5)
              : new DefaultFileRegion(file, 1, 5);
      sending(content, 1, 6).answers(5);
      assertThat(write(region).isSuccess()).isTrue();
    }
  }

  @Test
  void ownRegionIsSentFromItsFileWhereThereIsNoSendfile() throws IOException {
    byte[] content = bytes(6);
    accepted();
    loop.script().without(Call.SENDFILE);
    KQueueFfmFileRegion region = KQueueFfmFileRegion.open(loop.kernel(), file(content), 1, 5);
    assertThat(region.size()).isEqualTo(6);
    FileChannel file = region.file();
    sending(content, 1, 6).answers(5);
    assertThat(write(region).isSuccess()).isTrue();
    assertThat(file.isOpen()).isFalse();
  }

  @Test
  void openFileThatBecameShorterFailsInsteadOfWaiting() throws IOException {
    byte[] content = bytes(PIECE + 9);
    Path path = file(content);
    accepted();
    sending(content, 0, PIECE)
        .runs(() -> {
          try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
            file.truncate(PIECE);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        })
        .answers(PIECE);
    loop.tcp().close(CHILD);
    ChannelFuture written = write(new DefaultFileRegion(FileChannel.open(path), 0, PIECE + 9));
    assertThat(written.cause())
        .hasMessageContaining("the file has " + PIECE + " bytes")
        .hasMessageContaining(PIECE + " bytes of the region were sent");
  }

  @Test
  void failedSendOfAPieceFailsTheRegion() throws IOException {
    byte[] content = bytes(3);
    accepted();
    sending(content, 0, 3).fails(Errno.EPIPE);
    loop.tcp().close(CHILD);
    ChannelFuture written = write(new DefaultFileRegion(FileChannel.open(file(content)), 0, 3));
    assertThat(written.cause()).hasMessageStartingWith("Broken pipe: send(/10.9.8.7:54321)");
  }

  @Test
  void interruptedThreadSendsAFileAndStaysInterrupted() throws IOException {
    byte[] content = bytes(3);
    accepted();
    sending(content, 0, 3).answers(3);
    Thread.currentThread().interrupt();
    ChannelFuture written = write(new DefaultFileRegion(FileChannel.open(file(content)), 0, 3));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(written.isSuccess()).isTrue();
    sending(content, 0, 3).answers(3);
    write(new DefaultFileRegion(FileChannel.open(file(content)), 0, 3));
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void unknownRegionIsCollectedAndSentAtOnce() {
    byte[] content = bytes(10);
    accepted();
    sending(content, 0, 10).answers(10);
    ChannelFuture written = write(new Source(10, Source.pieces(content, 3)));
    assertThat(written.isSuccess()).isTrue();
    assertThat(write(new Source(0)).isSuccess()).isTrue();
  }

  @Test
  void whatTheSocketDoesNotTakeOfAnUnknownRegionFollows() {
    byte[] content = bytes(10);
    accepted();
    sending(content, 0, 10).answers(4);
    sending(content, 4, 10).fails(Errno.EAGAIN);
    ChannelFuture written = write(new Source(10, Source.pieces(content, 10)));
    assertThat(counters().bytesOut()).isEqualTo(4);
    hasRoomAgain();
    sending(content, 4, 10).answers(5);
    sending(content, 9, 10).fails(Errno.EAGAIN);
    loop.turn();
    assertThat(written.isDone()).isFalse();
    hasRoomAgain();
    sending(content, 9, 10).answers(1);
    loop.turn();
    assertThat(written.isSuccess()).isTrue();
    assertThat(counters().bytesOut()).isEqualTo(10);
    assertThat(counters().messagesOut()).isEqualTo(1);
    assertThat(counters().shortWrites()).isEqualTo(2);
    loop.kevent().returns();
    loop.turn();
  }

  @Test
  void unknownRegionIsAskedOnUntilItHasWrittenAll() {
    byte[] content = bytes(8);
    byte[] tail = Arrays.copyOfRange(content, 5, 8);
    accepted();
    sending(content, 0, 5).answers(5);
    sending(content, 5, 8).answers(3);
    Source source =
        new Source(8, Source.pieces(Arrays.copyOf(content, 5), 5), Source.pieces(tail, 2));
    assertThat(write(source).isSuccess()).isTrue();
    assertThat(source.refCnt()).isZero();
  }

  @Test
  void unknownRegionThatWritesNothingIsAskedAgainWhenThereIsRoom() {
    byte[] content = bytes(2);
    accepted();
    ChannelFuture written = write(new Source(2, target -> 0, Source.pieces(content, 2)));
    assertThat(written.isDone()).isFalse();
    hasRoomAgain();
    sending(content, 0, 2).answers(2);
    loop.turn();
    assertThat(written.isSuccess()).isTrue();
  }

  @Test
  void largeUnknownRegionIsSentInPiecesAndStopsWhereTheSocketIsFull() {
    byte[] content = bytes(PIECE + 10);
    accepted();
    sending(content, 0, PIECE).answers(PIECE);
    sending(content, PIECE, PIECE + 10).answers(10);
    ChannelFuture whole = write(new Source(PIECE + 10, Source.pieces(content, 8192)));
    assertThat(whole.isSuccess()).isTrue();

    // Once with all of it in one piece, of which the socket leaves a part.
    sending(content, 0, PIECE).fails(Errno.EAGAIN);
    sending(content, 0, PIECE).fails(Errno.EAGAIN);
    byte[] rest = Arrays.copyOfRange(content, PIECE, PIECE + 10);
    Source source =
        new Source(PIECE + 10, Source.pieces(content, content.length), Source.pieces(rest, 10));
    ChannelFuture written = write(source);
    assertThat(source.transferred()).isEqualTo(PIECE);
    hasRoomAgain();
    sending(content, 0, PIECE).answers(PIECE);
    sending(content, PIECE, PIECE + 10).answers(10);
    loop.turn();
    assertThat(written.isSuccess()).isTrue();
  }

  @Test
  void largeDirectPieceOfAnUnknownRegionIsSentFromWhereItIs() {
    byte[] content = bytes((64 << 10) + 5);
    ByteBuffer direct = ByteBuffer.allocateDirect(content.length).put(content).flip().position(5);
    accepted();
    sending(content, 5, content.length)
        .where(call -> call.argument(1) == Memory.address(direct) + 5 ? null : "it is a copy")
        .answers(64 << 10);
    Source source =
        new Source(
            64 << 10,
            target -> {
              int written = target.write(direct);
              assertThat(direct.hasRemaining()).isFalse();
              return written;
            });
    assertThat(write(source).isSuccess()).isTrue();
  }

  @Test
  void largeDirectPieceWaitsBehindWhatIsCollected() {
    byte[] content = bytes(64 << 10);
    ByteBuffer direct = ByteBuffer.allocateDirect(content.length).put(content).flip();
    byte[] both = new byte[content.length + 1];
    both[0] = 7;
    System.arraycopy(content, 0, both, 1, content.length);
    accepted();
    sending(both, 0, both.length).answers(both.length);
    Source source =
        new Source(
            both.length,
            target -> target.write(ByteBuffer.wrap(new byte[] {7})) + target.write(direct));
    assertThat(write(source).isSuccess()).isTrue();
  }

  @Test
  void unknownRegionThatClosesItsTargetClosesTheChannel() {
    byte[] content = bytes(4);
    accepted();
    sending(content, 0, 4).answers(4);
    loop.tcp().close(CHILD);
    Source source =
        new Source(
            9,
            target -> {
              assertThat(target.isOpen()).isTrue();
              long written = target.write(ByteBuffer.wrap(content));
              target.close();
              assertThat(target.isOpen()).isFalse();
              assertThatThrownBy(() -> target.write(ByteBuffer.wrap(content)))
                  .isInstanceOf(ClosedChannelException.class);
              return written;
            });
    ChannelFuture written = write(source);
    assertThat(written.isSuccess()).isFalse();
    assertThat(written.isDone()).isTrue();
    loop.tasks();
    assertThat(child.log()).containsExactly("active", "inactive");
  }

  @Test
  void whatIsLeftOfAnUnknownRegionGoesWithTheChannelOrItsOutput() {
    byte[] content = bytes(4);
    accepted();
    sending(content, 0, 4).fails(Errno.EAGAIN);
    ChannelFuture written = write(new Source(4, Source.pieces(content, 4)));
    assertThat(allocator.metric().usedDirectMemory()).isPositive();
    loop.script().expect("shutdown", CHILD, 1);
    ((SocketChannel) child.channel()).shutdownOutput();
    assertThat(written.isDone()).isTrue();
    assertThat(counters().bytesOut()).isZero();
    assertThat(allocator.metric().usedDirectMemory()).isZero();
  }

  @Test
  void failureOfAnUnknownRegionClosesTheChannelAndFreesWhatItWrote() {
    accepted();
    loop.tcp().close(CHILD);
    Source source =
        new Source(
            9,
            target -> {
              target.write(ByteBuffer.wrap("lost".getBytes(US_ASCII)));
              throw new IOException("the source is gone");
            });
    assertThat(write(source).cause()).hasMessage("the source is gone");
  }

  @Test
  void whatAnUnknownRegionWritesAfterTheEndOfTheOutputIsFreed() {
    byte[] content = bytes(4);
    accepted();
    loop.script().expect("shutdown", CHILD, 1);
    sending(content, 0, 4).fails(Errno.EPIPE);
    loop.script().allow("close", CHILD);
    Source source =
        new Source(
            9,
            target -> {
              ((SocketChannel) child.channel()).shutdownOutput();
              return target.write(ByteBuffer.wrap(content));
            });
    ChannelFuture written = write(source);
    assertThat(written.isDone()).isTrue();
    assertThat(written.isSuccess()).isFalse();
    assertThat(allocator.metric().usedDirectMemory()).isZero();
  }
}
