package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.OptionalCall;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * Writes file regions to a stream: our own with sendfile(2), Netty's default one with it or from
 * its file, whichever can be reached, and all others by what they write.
 */
final class FileRegionWriter {
  private final AbstractKQueueFfmStreamChannel channel;
  private final FilePieces pieces;
  private final OwnDescriptor own = new OwnDescriptor();
  private final RegionCollector collector;
  private final OptionalCall sendfile = new OptionalCall(true);

  /** Refused by sendfile: what is left of it is read. */
  private FileRegion readInstead;

  /** Known to have been whole before its first byte: a full socket does not ask again. */
  private FileRegion measured;

  private boolean closed;

  FileRegionWriter(AbstractKQueueFfmStreamChannel channel) {
    this.channel = channel;
    this.pieces = new FilePieces(channel);
    this.collector = new RegionCollector(channel, pieces);
  }

  /**
   * Writes once; false if the socket takes nothing more for now.
   *
   * <p>A FileChannel that is used by a thread with its interrupt flag set closes itself, so the
   * flag is taken aside.
   */
  boolean write(ChannelOutboundBuffer in, FileRegion region) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      return writeSome(in, region);
    } finally {
      // A listener or the region may have ended the output, and something was made after that.
      if (closed) {
        release();
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean writeSome(ChannelOutboundBuffer in, FileRegion region) throws IOException {
    if (region.transferred() >= region.count() && !collector.isPending()) {
      return in.remove();
    }
    if (!(region instanceof KQueueFfmFileRegion)
        && !(region instanceof DefaultFileRegion && DefaultRegionFields.areOpen())) {
      return collect(in, region);
    }
    boolean read = region == readInstead || !sendfile.isUsable();
    int descriptor = read ? DefaultRegionFields.NONE : descriptor(region);
    return descriptor == DefaultRegionFields.NONE
        ? send(in, region)
        : sendfile(in, region, descriptor);
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
    pieces.close();
    own.close();
  }

  private int descriptor(FileRegion region) throws IOException {
    if (region instanceof KQueueFfmFileRegion own) {
      return own.descriptor();
    }
    Kernel kernel = channel.resources().kernel();
    return kernel.has(Call.SENDFILE)
        ? own.of((DefaultFileRegion) region, kernel)
        : DefaultRegionFields.NONE;
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
    KQueueFfmFileRegion opened = own.opened();
    return opened != null ? opened.size() : file(region).size();
  }

  private static void advance(FileRegion region, long sent) {
    if (region instanceof KQueueFfmFileRegion own) {
      own.advance(sent);
    } else {
      DefaultRegionFields.advance((DefaultFileRegion) region, sent);
    }
  }

  private boolean sendfile(ChannelOutboundBuffer in, FileRegion region, int descriptor)
      throws IOException {
    LoopResources loop = channel.resources();
    long left = region.count() - region.transferred();
    long offset = region.position() + region.transferred();
    if (region.transferred() == 0 && region != measured) {
      FilePieces.requireMore(size(region), region);
      measured = region;
    }
    long count = loop.sentCount();
    int result = loop.kernel().sendfile(channel.socket().fd(), descriptor, offset, left, count);
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
        own.close();
      }
      return progressed(in, region, sent, left) || loop.interrupted(result);
    }
    if (result == 0) {
      FilePieces.requireMore(file(region).size(), region);
      return true;
    }
    return refused(loop, region, result);
  }

  /** EINTR: again. EAGAIN: later. No sendfile from this file: otherwise. */
  private boolean refused(LoopResources loop, FileRegion region, int result) throws IOException {
    if (loop.wouldBlock(result)) {
      return false;
    }
    if (!loop.interrupted(result)) {
      // Or its file system cannot do it.
      Platform platform = loop.kernel().platform();
      if (isFiltered(platform, result) || !Failures.mayBeForbidden(platform, result)) {
        throw channel.failure("sendfile", result);
      }
      sendfile.refused(platform, result);
      readInstead = region;
      own.close();
    }
    return true;
  }

  /** Whether it can be a packet filter's refusal: then bytes may be in the socket uncounted. */
  private static boolean isFiltered(Platform platform, int result) {
    return !platform.isLinux()
        && (platform.is(Errno.EPERM, -result) || platform.is(Errno.EACCES, -result));
  }

  private boolean send(ChannelOutboundBuffer in, FileRegion region) throws IOException {
    long left = region.count() - region.transferred();
    long sent = pieces.send(file(region), region);
    advance(region, sent);
    return progressed(in, region, sent, left);
  }

  private boolean progressed(ChannelOutboundBuffer in, FileRegion region, long sent, long left) {
    if (sent > 0) {
      in.progress(sent);
    }
    // A listener of the progress may have closed the channel: the socket is not for use any more.
    if (sent < left) {
      return false;
    }
    if (region.transferred() < region.count()) {
      return true;
    }
    forget();
    return in.remove();
  }

  private boolean collect(ChannelOutboundBuffer in, FileRegion region) throws IOException {
    if (region.transferred() == 0 && region instanceof DefaultFileRegion fileRegion) {
      fileRegion.open();
      channel.validate(region);
    }
    boolean sent = collector.flush();
    if (sent && region.transferred() < region.count()) {
      long taken = region.transferTo(collector, region.transferred());
      sent = collector.flush();
      if (taken > 0) {
        in.progress(taken);
      } else {
        channel.validate(region);
        return false;
      }
    }
    if (!sent) {
      return false;
    }
    if (region.transferred() >= region.count()) {
      collector.release();
      in.remove();
    }
    return true;
  }
}
