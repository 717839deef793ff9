package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.selector.LoopCounts.Count;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.OptionalCall;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Sends file regions: our own with sendfile(2), Netty's default one with it or from its file,
 * whichever can be reached, and all others by what they write. The loop's thread only.
 */
final class FileRegions {
  /** What a write did with its region. */
  enum Result {
    /** All of it is sent. */
    DONE,
    /** The socket may take more of it. */
    MORE,
    /** The socket takes nothing more for now. */
    FULL,
    /** The region wrote nothing, and waits for nothing either. */
    NOTHING
  }

  /** In place of a descriptor that does not exist or that Java does not give. */
  private static final int NONE = -1;

  private final FilePieces pieces;
  private final RegionCollector collector;
  private final OptionalCall sendfile = new OptionalCall(true);

  /** A region of Netty's whose path this class has opened, for its descriptor. */
  private DefaultFileRegion unopened;

  private KQueueFfmFileRegion opened;

  /** Refused by sendfile: what is left of it is read. */
  private FileRegion readInstead;

  /** Known to have been whole before its first byte: a full socket does not ask again. */
  private FileRegion measured;

  private LoopResources loop;
  private long progress;
  private boolean closed;

  FileRegions(KernelSocket socket) {
    pieces = new FilePieces(socket);
    collector = new RegionCollector(socket, pieces);
  }

  /** Whether a region can be written only by what it writes, and begins to. */
  boolean isToBeValidated(FileRegion region) {
    return region instanceof DefaultFileRegion
        && !DefaultRegionFields.areOpen()
        && region.transferred() == 0
        && region.count() > 0;
  }

  /** How far the last write has advanced its region, in bytes. */
  long progress() {
    return progress;
  }

  /** Whether a region has closed the channel that it wrote itself to. */
  boolean isCloseRequested() {
    return collector.isCloseRequested();
  }

  /**
   * Sends once.
   *
   * @param allocator for bytes that the kernel cannot reach where they are
   * @param peer for the text of a failure
   */
  Result write(
      LoopResources loop, ByteBufAllocator allocator, SocketAddress peer, FileRegion region)
      throws IOException {
    this.loop = loop;
    progress = 0;
    pieces.begin(loop, allocator, peer);
    try {
      return write(region);
    } finally {
      // The region may have closed the channel, and gone on to write.
      if (closed) {
        release();
      }
    }
  }

  private Result write(FileRegion region) throws IOException {
    if (region.transferred() >= region.count() && !collector.isPending()) {
      return Result.DONE;
    }
    if (!(region instanceof KQueueFfmFileRegion)
        && !(region instanceof DefaultFileRegion && DefaultRegionFields.areOpen())) {
      return collect(region);
    }
    boolean read = region == readInstead || !sendfile.isUsable();
    int descriptor = read ? NONE : descriptor(region);
    return descriptor == NONE ? send(region) : sendfile(region, descriptor);
  }

  /** Nothing more is written: what a region wrote and the socket did not take is dropped. */
  void close() {
    closed = true;
    forget();
    release();
  }

  private void forget() {
    readInstead = null;
    measured = null;
  }

  private void release() {
    collector.release();
    closeOpened();
  }

  private void closeOpened() {
    if (opened != null) {
      opened.release();
      opened = null;
      unopened = null;
    }
  }

  /** The descriptor by which sendfile reads a region, or {@link #NONE}. */
  private int descriptor(FileRegion region) throws IOException {
    if (region instanceof KQueueFfmFileRegion own) {
      return own.descriptor();
    }
    return loop.kernel().has(Call.SENDFILE) ? descriptor((DefaultFileRegion) region) : NONE;
  }

  /**
   * The descriptor of one of Netty's regions. Java does not give that of a file which it has
   * opened; but a region of a path is opened only when it is written, and then here.
   */
  private int descriptor(DefaultFileRegion region) throws IOException {
    if (region != unopened) {
      closeOpened();
      Path path = DefaultRegionFields.unopened(region);
      if (path != null) {
        opened =
            KQueueFfmFileRegion.openIfRegular(
                loop.kernel(), path, region.position(), region.count());
      }
      if (opened == null) {
        return NONE;
      }
      unopened = region;
    }
    return opened.descriptor();
  }

  private static FileChannel file(FileRegion region) throws IOException {
    return region instanceof KQueueFfmFileRegion own
        ? own.file()
        : DefaultRegionFields.file((DefaultFileRegion) region);
  }

  private long size(FileRegion region) throws IOException {
    if (region instanceof KQueueFfmFileRegion own) {
      return own.size();
    }
    // It is measured once, when it has just been opened.
    return opened != null ? opened.sizeWhenOpened() : file(region).size();
  }

  private static void advance(FileRegion region, long sent) {
    if (region instanceof KQueueFfmFileRegion own) {
      own.advance(sent);
    } else {
      DefaultRegionFields.advance((DefaultFileRegion) region, sent);
    }
  }

  private Result sendfile(FileRegion region, int descriptor) throws IOException {
    long left = region.count() - region.transferred();
    long offset = region.position() + region.transferred();
    if (region.transferred() == 0 && region != measured) {
      FilePieces.requireMore(size(region), region);
      measured = region;
    }
    long count = loop.sentCount();
    int result = loop.kernel().sendfile(pieces.fd(), descriptor, offset, left, count);
    // The BSDs and macOS count what they sent before EAGAIN or EINTR. With any other errno the
    // count may be anything: DragonFly leaves what was on the kernel's stack.
    boolean counted = result == 0 || loop.wouldBlock(result) || loop.interrupted(result);
    if (counted) {
      sendfile.worked();
    }
    long sent = counted ? Memory.getLong(count) : 0;
    if (sent > 0) {
      advance(region, sent);
      if (sent == left) {
        closeOpened();
      }
      Result progressed = progressed(region, sent, left);
      loop.counts().sent(0, sent);
      if (progressed == Result.FULL) {
        // Some systems answer EAGAIN after a part, and others the part.
        loop.counts().increment(Count.SHORT_WRITES);
      }
      return progressed == Result.FULL && loop.interrupted(result) ? Result.MORE : progressed;
    }
    if (result == 0) {
      FilePieces.requireMore(file(region).size(), region);
      return Result.MORE;
    }
    return refused(region, result);
  }

  /** EINTR: again. EAGAIN: later. No sendfile from this file: otherwise. */
  private Result refused(FileRegion region, int result) throws IOException {
    if (loop.wouldBlock(result)) {
      loop.counts().increment(Count.WOULD_BLOCK);
      return Result.FULL;
    }
    if (!loop.interrupted(result)) {
      // Or its file system cannot do it.
      Platform platform = loop.kernel().platform();
      if (isFiltered(platform, result) || !Failures.mayBeForbidden(platform, result)) {
        throw pieces.failure("sendfile", result);
      }
      sendfile.refused(platform, Call.SENDFILE, result);
      readInstead = region;
      closeOpened();
    }
    return Result.MORE;
  }

  /** Whether it can be a packet filter's refusal: then bytes may be in the socket uncounted. */
  private static boolean isFiltered(Platform platform, int result) {
    return !platform.isLinux()
        && (platform.is(Errno.EPERM, -result) || platform.is(Errno.EACCES, -result));
  }

  private Result send(FileRegion region) throws IOException {
    long left = region.count() - region.transferred();
    long sent = pieces.send(file(region), region);
    advance(region, sent);
    return progressed(region, sent, Math.min(left, FilePieces.PIECE));
  }

  private Result progressed(FileRegion region, long sent, long offered) {
    progress = sent;
    if (sent < offered) {
      return Result.FULL;
    }
    if (region.transferred() < region.count()) {
      return Result.MORE;
    }
    forget();
    return Result.DONE;
  }

  private Result collect(FileRegion region) throws IOException {
    boolean flushed = collector.flush();
    if (flushed && region.transferred() < region.count()) {
      progress = region.transferTo(collector, region.transferred());
      flushed = collector.flush();
      if (progress <= 0) {
        return Result.NOTHING;
      }
    }
    if (!flushed) {
      return Result.FULL;
    }
    if (region.transferred() < region.count()) {
      return Result.MORE;
    }
    collector.release();
    return Result.DONE;
  }
}
