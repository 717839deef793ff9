package io.github.kqueueffm.channel;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.ScriptedCalls;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files on their way into a socket, whole and in trouble. */
@Tag("real")
class FileRegionTest {
  private static final int LARGE = 3_000_001;

  private final Kernel real = Kernels.system();
  private final Platform platform = real.platform();
  private final ScriptedCalls calls = ScriptedCalls.over(real);

  @RegisterExtension final LoopExtension loop = new LoopExtension(calls.kernel());

  private ServerSocket listener;
  private Channel channel;
  private Socket peer;

  /** A region of a kind that the transport does not know. */
  private static final class CustomRegion extends AbstractReferenceCounted implements FileRegion {
    private final byte[] content;
    private final int piece;
    private long transferred;

    CustomRegion(byte[] content, int piece) {
      this.content = content;
      this.piece = piece;
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
      return content.length;
    }

    @Override
    public long transferTo(WritableByteChannel target, long position) throws IOException {
      long before = transferred;
      while (transferred < content.length) {
        int length = (int) Math.min(piece, content.length - transferred);
        int written = target.write(ByteBuffer.wrap(content, (int) transferred, length));
        transferred += written;
        if (written < length) {
          break;
        }
      }
      return transferred - before;
    }

    @Override
    protected void deallocate() {}

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
  void connect() throws Exception {
    listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    channel =
        new KQueueFfmSocketChannel(
            null,
            KernelSocket.open(
                calls.kernel(),
                KernelSocket.preferredFamily(real),
                platform.get(io.github.kqueueffm.abi.Constant.SOCK_STREAM)),
            false);
    loop.group().register(channel).sync();
    channel.connect(listener.getLocalSocketAddress()).sync();
    peer = listener.accept();
    calls.log().clear();
  }

  @AfterEach
  void close() throws Exception {
    channel.close().sync();
    peer.close();
    listener.close();
  }

  private CompletableFuture<byte[]> receive() {
    return CompletableFuture.supplyAsync(() -> {
      try (InputStream in = peer.getInputStream()) {
        return in.readAllBytes();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    });
  }

  private byte[] sent(Object... messages) throws Exception {
    CompletableFuture<byte[]> received = receive();
    for (Object message : messages) {
      channel.write(message);
    }
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).sync();
    channel.close().sync();
    return received.get(20, TimeUnit.SECONDS);
  }

  private Throwable failure(FileRegion region) throws Exception {
    ChannelFuture write = channel.writeAndFlush(region);
    assertThat(write.await(10, TimeUnit.SECONDS)).isTrue();
    return write.cause();
  }

  private KQueueFfmFileRegion open(Path path, long position, long count) throws IOException {
    return KQueueFfmFileRegion.open(calls.kernel(), path, position, count);
  }

  private static FileChannel reading(Path path) throws IOException {
    return FileChannel.open(path, StandardOpenOption.READ);
  }

  private long count(String call) {
    synchronized (calls.log()) {
      return calls.log().stream().filter(line -> line.startsWith(call + '(')).count();
    }
  }

  @Test
  void defaultRegionArrivesInLargePieces() throws Exception {
    byte[] content = loop.randomFile(loop.file("f"), LARGE);
    peer.setReceiveBufferSize(4 << 20);
    assertThat(sent(new DefaultFileRegion(reading(loop.file("f")), 7, LARGE - 7L)))
        .isEqualTo(Arrays.copyOfRange(content, 7, LARGE));
    assertThat(count("send")).as("send calls; of 8 KiB it were 367").isLessThan(60);
  }

  @Test
  @Needs(SystemPromise.SENDFILE)
  void regionOfAFileByNameIsSentBySendfileAndItsFileIsClosed() throws Exception {
    byte[] content = loop.randomFile(loop.file("f"), 100_000);
    assertThat(
            sent(
                new DefaultFileRegion(loop.file("f").toFile(), 0, 50_000),
                new DefaultFileRegion(loop.file("f").toFile(), 50_000, 50_000)))
        .isEqualTo(content);
    assertThat(count("sendfile")).isPositive();
    assertThat(count("send")).isZero();
    assertThat(count("open")).isEqualTo(2);
    // Both files and the channel, which sent() has seen end.
    assertThat(count("close")).isEqualTo(3);
  }

  @Test
  void shortRegionsAreRead() throws Exception {
    byte[] content = loop.randomFile(loop.file("f"), 5_000);
    byte[] twice = Arrays.copyOf(content, 10_000);
    System.arraycopy(content, 0, twice, 5_000, 5_000);
    assertThat(
            sent(
                new DefaultFileRegion(reading(loop.file("f")), 0, 5_000),
                open(loop.file("f"), 0, 5_000)))
        .isEqualTo(twice);
  }

  @Test
  @Needs(SystemPromise.SENDFILE)
  void ownRegionIsSentBySendfile() throws Exception {
    byte[] content = loop.randomFile(loop.file("f"), LARGE);
    assertThat(sent(open(loop.file("f"), 11, LARGE - 11L)))
        .isEqualTo(Arrays.copyOfRange(content, 11, LARGE));
    assertThat(count("sendfile")).isPositive();
    assertThat(count("send")).isZero();
  }

  @Test
  void ownRegionIsSentWithoutSendfileToo() throws Exception {
    byte[] content = loop.randomFile(loop.file("f"), LARGE);
    calls.without(Call.SENDFILE);
    assertThat(sent(open(loop.file("f"), 11, LARGE - 11L)))
        .isEqualTo(Arrays.copyOfRange(content, 11, LARGE));
    assertThat(count("sendfile")).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"ENOSYS", "EPERM", "EACCES", "EINVAL", "EOPNOTSUPP"})
  void fileIsReadWhereSendfileIsMissingOrForbidden(Errno errno) throws Exception {
    byte[] content = loop.randomFile(loop.file("f"), 300_000);
    calls.fail("sendfile", errno);
    assertThat(sent(open(loop.file("f"), 0, 300_000))).isEqualTo(content);
  }

  @ParameterizedTest
  @EnumSource(names = {"ENOSYS", "EINVAL", "EOPNOTSUPP"})
  void oneRegionThatSendfileRefusesIsReadAndTheNextIsTriedAgain(Errno errno) throws Exception {
    byte[] content = loop.randomFile(loop.file("f"), 300_000);
    Object[] regions = new Object[6];
    ByteBuffer expected = ByteBuffer.allocate(regions.length * content.length);
    for (int i = 0; i < regions.length; i++) {
      regions[i] = open(loop.file("f"), 0, content.length);
      expected.put(content);
    }
    int[] refusals = {0};
    // Two files of a file system that cannot, one of another, and so on.
    calls.on(
        "sendfile",
        arguments -> {
          boolean whole = (long) arguments[2] == 0;
          return whole && refusals[0]++ % 3 < 2 ? -platform.number(errno) : null;
        });
    assertThat(sent(regions)).isEqualTo(expected.array());
    assertThat(refusals[0]).isEqualTo(errno == Errno.ENOSYS ? 1 : regions.length);
  }

  @Test
  void sendfileThatRefusesThreeRegionsInARowIsGivenUp() throws Exception {
    byte[] content = loop.randomFile(loop.file("f"), 1000);
    Object[] regions = new Object[6];
    for (int i = 0; i < regions.length; i++) {
      regions[i] = open(loop.file("f"), 0, content.length);
    }
    calls.fail("sendfile", Errno.EINVAL);
    assertThat(sent(regions)).hasSize(6000);
    assertThat(count("sendfile")).isEqualTo(3);
  }

  @Test
  @Needs(SystemPromise.SENDFILE)
  void bytesThatWereSentBeforeAnInterruptionAreNotSentAgain_netty16544() throws Exception {
    byte[] content = loop.randomFile(loop.file("f"), 200_000);
    int[] turn = {0};
    // The BSDs and macOS: an errno and, beside it, bytes that were sent all the same.
    calls.on(
        "sendfile",
        arguments -> {
          long part = Math.min((long) arguments[3], 30_000);
          int result =
              real.sendfile(
                  (int) arguments[0],
                  (int) arguments[1],
                  (long) arguments[2],
                  part,
                  (long) arguments[4]);
          return switch (turn[0]++ % 3) {
            case 0 -> -platform.number(Errno.EINTR);
            case 1 -> -platform.number(Errno.EAGAIN);
            default -> result;
          };
        });
    assertThat(sent(open(loop.file("f"), 0, 200_000))).isEqualTo(content);
    assertThat(turn[0]).isGreaterThan(3);
  }

  @Test
  @Needs(SystemPromise.SENDFILE)
  void interruptionBeforeTheFirstByteIsRepeated() throws Exception {
    byte[] content = loop.randomFile(loop.file("f"), 1000);
    int[] turn = {0};
    calls.on(
        "sendfile",
        arguments -> {
          Memory.putLong((long) arguments[4], 0);
          return turn[0]++ == 0 ? -platform.number(Errno.EINTR) : null;
        });
    assertThat(sent(open(loop.file("f"), 0, 1000))).isEqualTo(content);
  }

  @Test
  @Needs(SystemPromise.SENDFILE)
  void emptyRegionIsWrittenAtOnce() throws Exception {
    loop.randomFile(loop.file("f"), 10);
    assertThat(
            sent(
                new DefaultFileRegion(reading(loop.file("f")), 5, 0),
                open(loop.file("f"), 5, 0),
                open(loop.file("f"), 9, 1)))
        .hasSize(1);
    assertThat(count("sendfile")).as("0 bytes would mean all of them on the BSDs").isEqualTo(1);
  }

  @Test
  void regionThatIsLongerThanItsFileFails() throws Exception {
    loop.randomFile(loop.file("f"), 1000);
    assertThat(failure(open(loop.file("f"), 0, 1001)))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "cannot send the bytes from 0 on of "
                + loop.file("f")
                + ": the file has 1000 bytes, but its region ends at 1001, and 0 bytes of the"
                + " region were sent; end the region where the file ends, and let the file keep"
                + " its length until then");
  }

  @Test
  void defaultRegionThatIsLongerThanItsFileFails() throws Exception {
    loop.randomFile(loop.file("f"), 1000);
    assertThat(failure(new DefaultFileRegion(reading(loop.file("f")), 500, 501)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the file has 1000 bytes");
  }

  /** Nothing of it is sent, and the file is not kept open. */
  private void refusedWhole(FileRegion region) throws Exception {
    CompletableFuture<byte[]> received = receive();
    assertThat(failure(region))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("1000")
        .hasNoSuppressedExceptions();
    assertThat(region.transferred()).isZero();
    channel.close().sync();
    assertThat(received.get(10, TimeUnit.SECONDS)).isEmpty();
  }

  @Test
  void sizeFollowsTheDescriptorNotTheName() throws Exception {
    Path path = loop.file("f");
    loop.randomFile(path, 1000);
    KQueueFfmFileRegion region = open(path, 0, 1500);
    try {
      loop.randomFile(path, 1500);
      assertThat(region.size()).isEqualTo(1500);
      assertThat(region.size(List.of())).isEqualTo(1500);
      Files.delete(path);
      loop.randomFile(path, 7);
      assertThat(region.size()).as("of the descriptor, not of the name").isEqualTo(1500);
      assertThat(region.size(List.of())).as("when it was opened").isEqualTo(1000);
    } finally {
      region.release();
    }
  }

  @Test
  void fileThatGrewAfterItsRegionWasMadeIsSentWhole() throws Exception {
    loop.randomFile(loop.file("f"), 1000);
    KQueueFfmFileRegion region = open(loop.file("f"), 0, 1500);
    byte[] content = loop.randomFile(loop.file("f"), 1500);
    assertThat(sent(region)).isEqualTo(content);
  }

  @Test
  void ownRegionBeyondItsFileSendsNothing() throws Exception {
    loop.randomFile(loop.file("f"), 1000);
    refusedWhole(open(loop.file("f"), 0, 1001));
  }

  @Test
  void ownRegionWhoseFileBecameShorterBeforeItsFirstByteSendsNothing() throws Exception {
    loop.randomFile(loop.file("f"), 2000);
    KQueueFfmFileRegion region = open(loop.file("f"), 0, 2000);
    try (FileChannel file = FileChannel.open(loop.file("f"), StandardOpenOption.WRITE)) {
      file.truncate(1000);
    }
    refusedWhole(region);
  }

  @Test
  void ownRegionBeyondItsFileSendsNothingWithoutSendfile() throws Exception {
    loop.randomFile(loop.file("f"), 1000);
    calls.without(Call.SENDFILE);
    refusedWhole(open(loop.file("f"), 500, 501));
  }

  @Test
  void regionByPathBeyondItsFileSendsNothing() throws Exception {
    loop.randomFile(loop.file("f"), 1000);
    refusedWhole(new DefaultFileRegion(loop.file("f").toFile(), 0, 1001));
  }

  @Test
  void regionByPathBeyondItsFileSendsNothingWithoutSendfile() throws Exception {
    loop.randomFile(loop.file("f"), 1000);
    calls.without(Call.SENDFILE);
    refusedWhole(new DefaultFileRegion(loop.file("f").toFile(), 0, 1001));
  }

  @Test
  void regionOfAFileChannelBeyondItsFileSendsNothing() throws Exception {
    loop.randomFile(loop.file("f"), 1000);
    refusedWhole(new DefaultFileRegion(reading(loop.file("f")), 0, 1001));
  }

  @Test
  void ownRegionBeyondItsFileGivesOtherTransportsNothing() throws Exception {
    loop.randomFile(loop.file("f"), 1000);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    KQueueFfmFileRegion region = open(loop.file("f"), 0, 1001);
    try {
      assertThatThrownBy(() -> region.transferTo(Channels.newChannel(out), 0))
          .hasMessageContaining("the file has 1000 bytes, but its region ends at 1001");
      assertThat(out.size()).isZero();
    } finally {
      region.release();
    }
  }

  @Test
  @Needs(SystemPromise.SENDFILE)
  void countOfARefusedSendfileIsNotBelieved() throws Exception {
    loop.randomFile(loop.file("f"), 1000);
    // DragonFly leaves what was on the kernel's stack.
    calls.on(
        "sendfile",
        arguments -> {
          Memory.putLong((long) arguments[4], 0x7f00_1234_5678L);
          return -platform.number(Errno.ENOTCONN);
        });
    KQueueFfmFileRegion region = open(loop.file("f"), 0, 1000);
    assertThat(failure(region)).isInstanceOf(IOException.class);
    assertThat(region.transferred()).isZero();
  }

  /** Regions of every form, of which the socket does not take all; the count of open files. */
  private int stuck(FileRegion region) throws Exception {
    int before = LoopExtension.openDescriptors();
    channel.config().setAutoRead(false);
    ChannelFuture write = channel.writeAndFlush(region);
    LoopExtension.await("the socket is full", () -> region.transferred() > 0);
    channel.eventLoop().submit(() -> {}).sync();
    assertThat(write.isDone()).isFalse();
    return before;
  }

  private static final int HUGE = 40_000_000;

  @Test
  void pathOfARegionThatAShutdownCutsShortIsClosedAtOnce() throws Exception {
    loop.randomFile(loop.file("f"), HUGE);
    int before = stuck(new DefaultFileRegion(loop.file("f").toFile(), 0, HUGE));
    ((KQueueFfmSocketChannel) channel).shutdownOutput().sync();
    assertThat(channel.isOpen()).isTrue();
    assertThat(LoopExtension.openDescriptors()).isEqualTo(before);
  }

  @Test
  void loopReleasesBuffersOfUnknownRegionEvenIfCloseLingers() throws Exception {
    CompletableFuture<Thread> released = new CompletableFuture<>();
    channel.config().setOption(ChannelOption.SO_LINGER, 1);
    channel.config().setAllocator(new ReleaseWatch(released));
    stuck(new CustomRegion(new byte[HUGE], 8192));
    channel.close();
    Thread loopThread = channel.eventLoop().submit(Thread::currentThread).get();
    assertThat(released.get(10, TimeUnit.SECONDS)).isEqualTo(loopThread);
    peer.close();
    channel.closeFuture().sync();
  }

  /** Tells which thread frees the first buffer. */
  private static final class ReleaseWatch extends io.netty.buffer.AbstractByteBufAllocator {
    private final CompletableFuture<Thread> released;

    ReleaseWatch(CompletableFuture<Thread> released) {
      super(true);
      this.released = released;
    }

    @Override
    protected io.netty.buffer.ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
      return newDirectBuffer(initialCapacity, maxCapacity);
    }

    @Override
    protected io.netty.buffer.ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
      return new io.netty.buffer.UnpooledDirectByteBuf(this, initialCapacity, maxCapacity) {
        @Override
        protected void deallocate() {
          released.complete(Thread.currentThread());
          super.deallocate();
        }
      };
    }

    @Override
    public boolean isDirectBufferPooled() {
      return false;
    }
  }

  @Test
  @Needs(SystemPromise.SENDFILE)
  void fileThatIsTruncatedWhileItIsSentFails() throws Exception {
    loop.randomFile(loop.file("f"), 20_000_000);
    ChannelFuture own = channel.writeAndFlush(open(loop.file("f"), 0, 20_000_000));
    LoopExtension.await("the socket is full", () -> count("sendfile") > 0);
    truncate(loop.file("f"));
    CompletableFuture<byte[]> received = receive();
    assertThat(own.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(own.cause()).isInstanceOf(IOException.class).hasMessageContaining("the file has");
    channel.close().sync();
    assertThat(received.get(10, TimeUnit.SECONDS)).hasSizeLessThan(20_000_000);
  }

  @Test
  void openFileThatIsTruncatedWhileItIsSentFails() throws Exception {
    loop.randomFile(loop.file("f"), 20_000_000);
    calls.on(
        "send",
        arguments -> {
          truncate(loop.file("f"));
          return null;
        });
    assertThat(failure(new DefaultFileRegion(reading(loop.file("f")), 0, 20_000_000)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the file has 0 bytes, but its region ends at 20000000");
  }

  private static void truncate(Path path) {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
      file.truncate(0);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void releasedRegionFailsItsPromise() throws Exception {
    loop.randomFile(loop.file("f"), 1000);
    KQueueFfmFileRegion region = open(loop.file("f"), 0, 1000);
    region.release();
    assertThatThrownBy(() -> region.transferTo(Channels.newChannel(new ByteArrayOutputStream()), 0))
        .isInstanceOf(io.netty.util.IllegalReferenceCountException.class);
    assertThat(failure(region))
        .hasStackTraceContaining("IllegalReferenceCountException: refCnt: 0");
  }

  @Test
  void regionsAreOfRegularFilesThatExist() {
    assertThatThrownBy(() -> open(loop.file("none"), 0, 1)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> open(loop.file("."), 0, 1)).hasMessageContaining("not a regular file");
    assertThatThrownBy(() -> open(loop.file("f"), -1, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void ownRegionWorksOnOtherTransports() throws Exception {
    byte[] content = loop.randomFile(loop.file("f"), 100_000);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    KQueueFfmFileRegion region = open(loop.file("f"), 10, 99_990);
    WritableByteChannel target = Channels.newChannel(out);
    while (region.transferred() < region.count()) {
      region.transferTo(target, region.transferred());
    }
    region.release();
    assertThat(out.toByteArray()).isEqualTo(Arrays.copyOfRange(content, 10, 100_000));
  }

  @Test
  void deletedFileIsSent() throws Exception {
    byte[] content = loop.randomFile(loop.file("f"), 300_000);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    KQueueFfmFileRegion elsewhere = open(loop.file("f"), 0, 300_000);
    KQueueFfmFileRegion here = open(loop.file("f"), 0, 300_000);
    Files.delete(loop.file("f"));
    assertThat(elsewhere.transferTo(Channels.newChannel(out), 0)).isEqualTo(300_000);
    elsewhere.release();
    assertThat(out.toByteArray()).isEqualTo(content);
    calls.fail("sendfile", Errno.EINVAL);
    assertThat(sent(here)).isEqualTo(content);
  }

  @Test
  @Needs(SystemPromise.NAMES_OF_ANY_BYTES)
  void fileWhoseNameIsNotUtf8IsOpened() throws Exception {
    Path directory = loop.file("d");
    Files.createDirectory(directory);
    String command = "printf content > \"$(printf 'n\\377')\"";
    assertThat(
            new ProcessBuilder("sh", "-c", command).directory(directory.toFile()).start().waitFor())
        .isZero();
    Path odd;
    try (Stream<Path> files = Files.list(directory)) {
      odd = files.findFirst().orElseThrow();
    }
    assertThat(sent(open(odd, 0, 7))).asString(US_ASCII).isEqualTo("content");
  }

  @Test
  void fileThatTookThePlaceOfTheOpenedOneIsNotSent() throws Exception {
    loop.randomFile(loop.file("f"), 100);
    loop.randomFile(loop.file("g"), 100);
    int shownNowhere = 1 << 30;
    calls.on("open", arguments -> shownNowhere);
    KQueueFfmFileRegion region = open(loop.file("f"), 0, 100);
    Files.move(loop.file("g"), loop.file("f"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> region.transferTo(Channels.newChannel(new ByteArrayOutputStream()), 0))
        .hasMessageContaining("another file");
    region.release();
  }

  @Test
  void unknownRegionIsCollectedIntoLargePieces() throws Exception {
    byte[] content = loop.randomFile(loop.file("f"), LARGE);
    channel.config().setOption(ChannelOption.SO_SNDBUF, 4 << 20);
    assertThat(sent(new CustomRegion(content, 8192), Unpooled.wrappedBuffer(new byte[] {1, 2})))
        .startsWith(content)
        .hasSize(LARGE + 2)
        .endsWith(1, 2);
    assertThat(count("send")).as("send calls; of 8 KiB it were 367").isLessThan(100);
  }

  @Test
  void unsentBytesAreDroppedWithTheChannel() throws Exception {
    byte[] content = loop.randomFile(loop.file("f"), 20_000_000);
    ChannelFuture write = channel.writeAndFlush(new CustomRegion(content, 8192));
    LoopExtension.await("the socket is full", () -> count("send") > 2);
    channel.close().sync();
    assertThat(write.isSuccess()).isFalse();
  }

  @Test
  void regionOfAnArchiveIsReadByJavaAndNotByTheKernel() throws Exception {
    Path archive = loop.file("a.zip");
    byte[] content = new byte[100_000];
    Arrays.fill(content, (byte) 7);
    try (FileSystem zip =
        FileSystems.newFileSystem(archive, Map.of("create", "true"), (ClassLoader) null)) {
      Path entry = zip.getPath("/entry");
      Files.write(entry, content);
    }
    try (FileSystem zip = FileSystems.newFileSystem(archive, (ClassLoader) null)) {
      KQueueFfmFileRegion region =
          KQueueFfmFileRegion.open(zip.getPath("/entry"), 1, content.length - 1);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      while (region.transferred() < region.count()) {
        region.transferTo(Channels.newChannel(out), region.transferred());
      }
      assertThat(out.toByteArray()).isEqualTo(Arrays.copyOf(content, content.length - 1));
      assertThat(region.release()).isTrue();
    }
  }
}
