package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static io.github.kqueueffm.syscall.ScriptedKernel.ANY;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Expectation;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelProgressiveFuture;
import io.netty.channel.ChannelProgressiveFutureListener;
import io.netty.channel.ChannelProgressivePromise;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.IllegalReferenceCountException;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files on the systems that have a sendfile of the BSDs' kind. */
@ParameterizedClass
@EnumSource(
    mode = EnumSource.Mode.EXCLUDE,
    names = {"OPENBSD_X86_64", "NETBSD_9_X86_64", "NETBSD_10_X86_64", "NETBSD_11_X86_64"})
class SendfileScriptedTest extends AbstractScriptedLoopTest {
  /** So large that it is no descriptor of the test's process. */
  private static final int FILE = 1_000_020;

  private static final String CONTENT = "abcdef";

  private final Recorder child = new Recorder();

  @TempDir Path folder;
  private Path path;

  SendfileScriptedTest(Os os) {
    super(os);
  }

  @BeforeEach
  void write() throws IOException {
    path = Files.writeString(folder.resolve("f"), CONTENT, US_ASCII);
  }

  private void accepted() {
    loop.accepted(new ServerBootstrap(), child);
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot()).returns();
    loop.turn();
  }

  private void expectOpen() {
    loop.script().expect("open", ANY, os.closeOnExec(), 0).answers(FILE);
  }

  private KQueueFfmFileRegion opened() throws IOException {
    return opened(0, CONTENT.length());
  }

  private KQueueFfmFileRegion opened(long position, long count) throws IOException {
    expectOpen();
    return KQueueFfmFileRegion.open(loop.script().kernel(), path, position, count);
  }

  private FileRegion byPath(long position, long count) {
    return new DefaultFileRegion(path.toFile(), position, count);
  }

  private Expectation sendfile() {
    return sendfile(0, CONTENT.length(), 0);
  }

  /** One that counts so many bytes as sent. */
  private Expectation sendfile(long offset, long length, int sent) {
    return loop.script()
        .expect("sendfile", CHILD, FILE, offset, length, ANY)
        .writesInts(4, sent, 0);
  }

  private ChannelFuture write(FileRegion region) {
    return child.channel().writeAndFlush(region);
  }

  private void hasRoomAgain() {
    loop.kevent(loop.write(CHILD).oneShot()).returns(loop.write(CHILD).data(9000));
  }

  @Test
  void partsFollowEachOtherUntilTheRegionIsSent() throws IOException {
    accepted();
    List<String> progress = new ArrayList<>();
    ChannelProgressivePromise promise = child.channel().newProgressivePromise();
    promise.addListener(new Progress(progress));
    KQueueFfmFileRegion region = opened(1, 5);
    sendfile(1, 5, 2).fails(Errno.EAGAIN);
    child.channel().writeAndFlush(region, promise);
    assertThat(promise.isDone()).isFalse();

    hasRoomAgain();
    sendfile(3, 3, 0).fails(Errno.EINTR);
    sendfile(3, 3, 2).fails(Errno.EINTR);
    sendfile(5, 1, 1);
    loop.tcp().close(FILE);
    loop.turn();
    assertThat(promise.isSuccess()).isTrue();
    assertThat(progress).containsExactly("2 of 5", "4 of 5", "5 of 5");
  }

  @Test
  void fileIsMeasuredBeforeItsFirstByteAndWhereTheKernelFindsItsEnd() throws IOException {
    accepted();
    KQueueFfmFileRegion region = opened();
    sendfile().fails(Errno.EAGAIN);
    ChannelFuture written = write(region);
    Files.writeString(path, "abc", US_ASCII);
    hasRoomAgain();
    sendfile(0, 6, 3);
    loop.turn();
    assertThat(written.isDone()).isFalse();

    hasRoomAgain();
    sendfile(3, 3, 0);
    loop.tcp().close(CHILD);
    loop.tcp().close(FILE);
    loop.turn();
    assertThat(written.cause())
        .hasMessageContaining("the file has 3 bytes, but its region ends at 6")
        .hasMessageContaining("3 bytes of the region were sent");
  }

  @Test
  void endThatTheKernelSawTooEarlyIsAskedForAgain() throws IOException {
    accepted();
    KQueueFfmFileRegion region = opened();
    sendfile(0, 6, 0);
    sendfile(0, 6, 6);
    loop.tcp().close(FILE);
    assertThat(write(region).isSuccess()).isTrue();
  }

  @Test
  void regionBeyondItsFileSendsNothing() throws IOException {
    accepted();
    KQueueFfmFileRegion region = opened(1, 6);
    loop.tcp().close(CHILD);
    loop.tcp().close(FILE);
    assertThat(write(region).cause())
        .hasMessageContaining("the file has 6 bytes, but its region ends at 7");
  }

  @Test
  void countOfAFailureIsNotBelieved() throws IOException {
    accepted();
    KQueueFfmFileRegion region = opened();
    sendfile(0, 6, 6).fails(Errno.EIO);
    loop.tcp().close(CHILD);
    loop.tcp().close(FILE);
    assertThat(write(region).cause()).hasMessageContaining("sendfile").hasMessageContaining("EIO");
    assertThat(region.transferred()).isZero();
  }

  @Test
  void regionsByPathAreOpenedOneAfterTheOtherAndClosedWhenTheyAreSent() throws IOException {
    accepted();
    FileRegion first = byPath(1, 5);
    expectOpen();
    sendfile(1, 5, 2).fails(Errno.EAGAIN);
    ChannelFuture firstWritten = child.channel().write(first);
    ChannelFuture secondWritten = write(byPath(0, 2));
    assertThat(first.transferred()).isEqualTo(2);

    hasRoomAgain();
    sendfile(3, 3, 3);
    loop.tcp().close(FILE);
    expectOpen();
    sendfile(0, 2, 2);
    loop.tcp().close(FILE);
    loop.turn();
    assertThat(firstWritten.isSuccess()).isTrue();
    assertThat(secondWritten.isSuccess()).isTrue();
    assertThat(first.transferred()).isEqualTo(5);
    assertThat(first.refCnt()).isZero();
  }

  @Test
  void regionByPathBeyondItsFileSendsNothing() throws IOException {
    accepted();
    expectOpen();
    loop.tcp().close(FILE);
    loop.tcp().close(CHILD);
    assertThat(write(byPath(1, 6)).cause()).hasMessageContaining("the file has 6 bytes");
  }

  @Test
  void fileOfARegionByPathIsClosedBeforeItsChannel() throws IOException {
    accepted();
    expectOpen();
    sendfile(0, 6, 2).fails(Errno.EAGAIN);
    ChannelFuture written = write(byPath(0, 6));
    loop.tcp().close(FILE);
    loop.tcp().close(CHILD);
    child.channel().close();
    assertThat(written.cause()).isInstanceOf(IOException.class);
  }

  @Test
  void fileOfARegionByPathIsClosedWithTheOutput() throws IOException {
    accepted();
    expectOpen();
    sendfile(0, 6, 2).fails(Errno.EAGAIN);
    ChannelFuture written = write(byPath(0, 6));
    loop.tcp().close(FILE);
    loop.script().expect("shutdown", CHILD, 1);
    assertThat(((SocketChannel) child.channel()).shutdownOutput().isSuccess()).isTrue();
    assertThat(written.cause()).isInstanceOf(IOException.class);
  }

  @Test
  void regionByPathThatAFileSystemRefusesIsClosedAndReadInstead() throws IOException {
    accepted();
    expectOpen();
    sendfile(1, 5, 0).fails(Errno.EINVAL);
    loop.tcp().close(FILE);
    loop.tcp().sending(CHILD, "bcdef").answers(2);
    FileRegion region = byPath(1, 5);
    ChannelFuture written = write(region);
    assertThat(region.transferred()).isEqualTo(2);
    hasRoomAgain();
    loop.tcp().send(CHILD, "def");
    loop.turn();
    assertThat(written.isSuccess()).isTrue();
    assertThat(region.transferred()).isEqualTo(5);
  }

  private void isRefused() throws IOException {
    KQueueFfmFileRegion region = opened();
    sendfile().fails(Errno.EINVAL);
    loop.tcp().send(CHILD, CONTENT);
    loop.tcp().close(FILE);
    assertThat(write(region).isSuccess()).isTrue();
  }

  @Test
  void threeRefusalsInARowAreTheLast() throws IOException {
    accepted();
    isRefused();
    isRefused();
    KQueueFfmFileRegion region = opened();
    sendfile(0, 6, 6);
    loop.tcp().close(FILE);
    assertThat(write(region).isSuccess()).isTrue();
    for (int refusals = 0; refusals < 3; refusals++) {
      isRefused();
    }
    KQueueFfmFileRegion last = opened();
    loop.tcp().send(CHILD, CONTENT);
    loop.tcp().close(FILE);
    assertThat(write(last).isSuccess()).isTrue();
  }

  @Test
  void pathThatIsNoRegularFileFailsAsJavaOpensIt() throws IOException {
    accepted();
    loop.tcp().close(CHILD);
    FileRegion region = new DefaultFileRegion(folder.toFile(), 0, 1);
    assertThat(write(region).cause()).isInstanceOf(FileNotFoundException.class);
  }

  @Test
  void openFileIsReadSinceJavaDoesNotGiveItsDescriptor() throws IOException {
    accepted();
    try (FileChannel file = FileChannel.open(path)) {
      loop.tcp().send(CHILD, "bcd");
      assertThat(write(new DefaultFileRegion(file, 1, 3)).isSuccess()).isTrue();
    }
  }

  @Test
  void emptyRegionMakesNoCall() throws IOException {
    accepted();
    assertThat(write(byPath(3, 0)).isSuccess()).isTrue();
    KQueueFfmFileRegion region = opened(3, 0);
    loop.tcp().close(FILE);
    assertThat(write(region).isSuccess()).isTrue();
  }

  @Test
  void releasedRegionFailsItsPromise() throws IOException {
    accepted();
    KQueueFfmFileRegion region = opened();
    sendfile(0, 6, 2).fails(Errno.EAGAIN);
    ChannelFuture written = write(region);
    assertThat(region.retain()).isSameAs(region);
    assertThat(region.retain(2)).isSameAs(region);
    assertThat(region.touch()).isSameAs(region);
    assertThat(region.touch("here")).isSameAs(region);
    loop.tcp().close(FILE);
    region.release(4);
    hasRoomAgain();
    loop.script().expect("shutdown", CHILD, 1);
    loop.turn();
    assertThat(written.cause()).hasRootCauseInstanceOf(IllegalReferenceCountException.class);
    assertThatThrownBy(region::file).isInstanceOf(IllegalReferenceCountException.class);
    assertThatThrownBy(region::size).isInstanceOf(IllegalReferenceCountException.class);
  }

  @Test
  void openIsRepeatedAfterASignalAndNamesWhatItCouldNotOpen() throws IOException {
    accepted();
    loop.script().expect("open", ANY, os.closeOnExec(), 0).fails(Errno.EINTR);
    loop.script()
        .expect("open", ANY, os.closeOnExec(), 0)
        .with(0, (path + "\0").getBytes(US_ASCII))
        .answers(0);
    KQueueFfmFileRegion region = KQueueFfmFileRegion.open(loop.kernel(), path, 1, 2);
    assertThat(region.descriptor()).isZero();
    assertThat(region.path()).isEqualTo(path);
    assertThat(region.position()).isOne();
    loop.script().expect("close", 0).fails(Errno.EIO);
    assertThat(region.release()).isTrue();

    loop.script().expect("open", ANY, os.closeOnExec(), 0).fails(Errno.EMFILE);
    assertThatThrownBy(() -> KQueueFfmFileRegion.open(loop.kernel(), path, 0, 1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("open(" + path)
        .hasMessageContaining("EMFILE");
  }

  @Test
  void sizeIsTheFilesUntilAnotherFileHasItsName() throws IOException {
    accepted();
    KQueueFfmFileRegion region = opened();
    Files.writeString(path, CONTENT + CONTENT, US_ASCII);
    assertThat(region.size()).isEqualTo(12);
    assertThat(region.size(List.of())).isEqualTo(12);
    Files.createLink(folder.resolve(String.valueOf(FILE)), path);
    Files.move(path, folder.resolve("moved"));
    Files.writeString(path, "another", US_ASCII);
    assertThat(region.size(List.of(folder + "/none/"))).isEqualTo(6);
    Files.writeString(folder.resolve("moved"), "abc", US_ASCII);
    assertThat(region.size(List.of(folder + "/none/", folder + "/"))).isEqualTo(3);
    assertThatThrownBy(region::file).hasMessageContaining("it is another file");
    Files.delete(path);
    assertThat(region.size(List.of())).isEqualTo(6);
    Files.move(folder.resolve("moved"), path);
    FileChannel file = region.file();
    assertThat(region.file()).isSameAs(file);
    assertThat(region.size()).isEqualTo(3);
    loop.tcp().close(FILE);
    region.release();
    assertThat(file.isOpen()).isFalse();
  }

  @Test
  void otherTransportsGetTheBytesFromTheFile() throws IOException {
    accepted();
    KQueueFfmFileRegion region = opened(1, 4);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    WritableByteChannel target = Channels.newChannel(bytes);
    assertThatThrownBy(() -> region.transferTo(target, 5))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> region.transferTo(target, -1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(region.transferTo(target, 4)).isZero();
    assertThat(region.transferTo(target, 0)).isEqualTo(4);
    assertThat(bytes.toString(US_ASCII)).isEqualTo("bcde");
    assertThat(region.transferred()).isEqualTo(4);
    assertThat(region.transferTo(target, 2)).isEqualTo(2);
    assertThat(bytes.toString(US_ASCII)).isEqualTo("bcdede");
    assertThat(region.transferred()).isEqualTo(6);
    Files.writeString(path, "ab", US_ASCII);
    assertThatThrownBy(() -> region.transferTo(target, 2))
        .hasMessageContaining("the file has 2 bytes");
    loop.tcp().close(FILE);
    region.release();

    KQueueFfmFileRegion tooLong = opened(1, 4);
    assertThatThrownBy(() -> tooLong.transferTo(target, 0))
        .hasMessageContaining("the file has 2 bytes");
    assertThat(bytes.toString(US_ASCII)).isEqualTo("bcdede");
    Files.writeString(path, CONTENT, US_ASCII);
    WritableByteChannel full = new NoRoom();
    assertThat(tooLong.transferTo(full, 0)).isZero();
    assertThat(tooLong.transferred()).isZero();
    loop.tcp().close(FILE);
    tooLong.release();
  }

  /** Takes nothing. */
  private static final class NoRoom implements WritableByteChannel {
    @Override
    public int write(ByteBuffer source) {
      return 0;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  private record Progress(List<String> seen) implements ChannelProgressiveFutureListener {
    @Override
    public void operationProgressed(ChannelProgressiveFuture future, long progress, long total) {
      seen.add(progress + " of " + total);
    }

    @Override
    public void operationComplete(ChannelProgressiveFuture future) {}
  }

  @ParameterizedTest
  @EnumSource(names = {"EPERM", "EACCES"})
  void refusalOfAPacketFilterSendsNoByteTwice(Errno errno) throws IOException {
    accepted();
    KQueueFfmFileRegion region = opened();
    sendfile().fails(errno);
    loop.tcp().close(CHILD);
    loop.tcp().close(FILE);
    // It may come when bytes are in the socket already: read, they would be sent again.
    ChannelFuture written = child.channel().writeAndFlush(region);
    assertThat(written.cause())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("sendfile")
        .hasMessageContaining(errno.name());
    assertThat(child.channel().isOpen()).isFalse();
  }

  @Test
  void refusalOfAFileSystemIsReadInstead() throws IOException {
    accepted();
    KQueueFfmFileRegion region = opened();
    sendfile().fails(Errno.EINVAL);
    loop.tcp().send(CHILD, CONTENT);
    loop.tcp().close(FILE);
    assertThat(child.channel().writeAndFlush(region).isSuccess()).isTrue();
  }
}
