package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.selector.LoopCounts;
import io.github.kqueueffm.syscall.FdPassing;
import io.github.kqueueffm.syscall.IovecArray;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.Msghdr;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.Sockaddr;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.unix.PreferredDirectByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.net.SocketAddress;

/** What the channels of one loop share, so that no operation allocates. The loop's thread only. */
final class LoopResources implements UncheckedBooleanSupplier {
  /** Offset of the address behind its length. */
  private static final int ADDRESS = 8;

  private final Kernel kernel;
  private final boolean userEvents;
  private final LoopCounts counts;
  private final PreferredDirectByteBufAllocator direct = new PreferredDirectByteBufAllocator();
  private final Sockaddr sockaddr;
  private final int eagain;
  private final int eintr;
  private final int sendFlags;
  private final boolean sigpipeOff;
  private final Msghdr headers;
  private long header;
  private IovecArray iovecs;
  private final CopyRoom copies = new CopyRoom();
  private final MessageTally tally = new MessageTally();
  private final StreamWriter streamWriter = new StreamWriter();
  private final UncheckedBooleanSupplier countLeft = () -> !isCountTaken();
  private FdPassing.Receiver descriptors;
  private long sentCount;
  private long sockaddrScratch;
  private DatagramResources datagrams;
  private RecvByteBufAllocator.ExtendedHandle reading;
  private long counted;
  private long taken;

  LoopResources(Kernel kernel, boolean userEvents, LoopCounts counts) {
    Platform platform = kernel.platform();
    this.kernel = kernel;
    this.userEvents = userEvents;
    this.counts = counts;
    this.sockaddr = new Sockaddr(platform);
    this.eagain = -platform.number(Errno.EAGAIN);
    this.eintr = -platform.number(Errno.EINTR);
    this.sendFlags = platform.getOr(Constant.MSG_NOSIGNAL, 0);
    // The socket has it then; elsewhere only the flag of a send call keeps the signal away.
    this.sigpipeOff = platform.has(Constant.SO_NOSIGPIPE);
    this.headers = new Msghdr(platform);
  }

  Kernel kernel() {
    return kernel;
  }

  LoopCounts counts() {
    return counts;
  }

  /** Counts what a short write completes. */
  MessageTally tally() {
    return tally;
  }

  StreamWriter streamWriter() {
    return streamWriter;
  }

  Sockaddr sockaddr() {
    return sockaddr;
  }

  /** Where accept(2) puts the length of a peer's address, made ready for the next one. */
  long acceptLength() {
    if (sockaddrScratch == 0) {
      sockaddrScratch = NativeMemory.allocate(ADDRESS + sockaddr.size());
    }
    Memory.putInt(sockaddrScratch, sockaddr.size());
    return sockaddrScratch;
  }

  /** Where accept(2) puts a peer's address. */
  long acceptAddress() {
    return acceptLength() + ADDRESS;
  }

  /** The address that accept(2) put there last. */
  SocketAddress acceptedAddress() {
    int length = Memory.getInt(sockaddrScratch);
    return sockaddr.get(sockaddrScratch + ADDRESS, length);
  }

  /** That address as {@link Sockaddr#ipv4} returns it. */
  long acceptedIpv4() {
    return sockaddr.ipv4(sockaddrScratch + ADDRESS, Memory.getInt(sockaddrScratch));
  }

  /** Where sendfile(2) puts how many bytes it sent. */
  long sentCount() {
    if (sentCount == 0) {
      sentCount = NativeMemory.allocate(Long.BYTES);
    }
    return sentCount;
  }

  FdPassing.Receiver descriptors() {
    if (descriptors == null) {
      descriptors = new FdPassing.Receiver(kernel.platform());
    }
    return descriptors;
  }

  /** Memory for copies of bytes that the kernel cannot reach, valid during one call. */
  CopyRoom copies() {
    return copies;
  }

  /** An empty array to gather a write in, with {@link #copies} empty too. */
  IovecArray iovecs() {
    if (iovecs == null) {
      Platform platform = kernel.platform();
      iovecs = new IovecArray(platform, platform.get(Constant.IOV_MAX));
    }
    iovecs.clear();
    copies.empty();
    return iovecs;
  }

  /** What datagram channels need beyond this. */
  DatagramResources datagrams() {
    if (datagrams == null) {
      datagrams = new DatagramResources(kernel, userEvents);
    }
    return datagrams;
  }

  /** Writes what was gathered in one call, in which a peer that is gone raises no SIGPIPE. */
  long write(int fd, IovecArray gathered) {
    if (sigpipeOff) {
      return kernel.writev(fd, gathered.address(), gathered.count());
    }
    if (header == 0) {
      header = NativeMemory.allocate(headers.size());
    }
    headers.put(header, 0, 0, gathered.address(), gathered.count(), 0, 0);
    return kernel.sendmsg(fd, header, sendFlags);
  }

  boolean wouldBlock(long result) {
    return result == eagain;
  }

  boolean interrupted(long result) {
    return result == eintr;
  }

  /** MSG_NOSIGNAL: HotSpot ignores SIGPIPE, other launchers need not. */
  int sendFlags() {
    return sendFlags;
  }

  /** {@return an allocator that allocates direct buffers from the given one} */
  ByteBufAllocator direct(ByteBufAllocator allocator) {
    direct.updateAllocator(allocator);
    return direct;
  }

  /**
   * A read begins.
   *
   * @param data the bytes that the event has counted in the socket, or 0 if it does not say
   */
  void readBegins(long data) {
    counted = data;
    taken = 0;
  }

  /** The read has brought so many bytes. */
  void took(int bytes) {
    taken += bytes;
  }

  /** The bytes that the event has counted and the read has not brought yet, 0 if not known. */
  long waiting() {
    return Math.max(0, counted - taken);
  }

  /** Whether all bytes that the event has counted are read. What came since has the next event. */
  private boolean isCountTaken() {
    return counted > 0 && taken >= counted;
  }

  /**
   * Whether to read on. A short read means that the socket is empty; the last byte that the event
   * has counted ends a read too.
   */
  boolean continueReading(RecvByteBufAllocator.ExtendedHandle handle) {
    reading = handle;
    return handle.continueReading(this);
  }

  /**
   * The same for datagrams, where a short read means nothing.
   *
   * @param exact whether the event counts nothing but their bytes
   */
  boolean continueReceiving(RecvByteBufAllocator.ExtendedHandle handle, boolean exact) {
    return handle.continueReading(exact ? countLeft : UncheckedBooleanSupplier.TRUE_SUPPLIER);
  }

  @Override
  public boolean get() {
    return reading.lastBytesRead() == reading.attemptedBytesRead() && !isCountTaken();
  }

  void close() {
    copies.free();
    if (iovecs != null) {
      iovecs.free();
    }
    if (descriptors != null) {
      descriptors.close();
    }
    if (sentCount != 0) {
      NativeMemory.free(sentCount);
    }
    if (sockaddrScratch != 0) {
      NativeMemory.free(sockaddrScratch);
    }
    if (header != 0) {
      NativeMemory.free(header);
    }
    if (datagrams != null) {
      datagrams.close();
    }
  }
}
