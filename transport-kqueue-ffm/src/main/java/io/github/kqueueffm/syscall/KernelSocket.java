package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;

/**
 * A non-blocking, close-on-exec socket and its cold operations; what moves bytes goes to the {@link
 * Kernel} directly.
 *
 * <p>May be used from any thread: operations and {@link #close()} exclude each other, so that none
 * reaches a descriptor that was closed and given to somebody else. {@link #accept} does not lock;
 * it belongs to the thread that closes the socket.
 */
public final class KernelSocket {
  /** Where the address is in the memory of {@link #allocateName}. */
  private static final int NAME = Long.BYTES;

  /** Where the port is in a sockaddr_in and a sockaddr_in6, on every system. */
  private static final int PORT = 2;

  private final Kernel kernel;
  private final Platform platform;
  private final int fd;
  private final int type;
  private volatile int family;
  private volatile boolean open = true;
  private Acceptor acceptor;
  private boolean v6Only;
  private boolean wasConnected;
  private boolean ofAnyFamily;

  /** {@code null} once the family is decided. */
  private FamilyChoice choice;

  /** The last remote address that was replaced: a sender of datagrams encodes it repeatedly. */
  private Replaced lastReplaced;

  private record Replaced(InetSocketAddress given, InetSocketAddress used) {}

  private KernelSocket(Kernel kernel, int fd, int family, int type) {
    this.kernel = kernel;
    this.platform = kernel.platform();
    this.fd = fd;
    this.family = family;
    this.type = type;
  }

  /** AF_INET6 where such a socket carries IPv4 too, else AF_INET; see {@link IpStack}. */
  public static int preferredFamily(Kernel kernel) {
    boolean dual = IpStack.of(kernel) == IpStack.DUAL;
    return kernel.platform().get(dual ? Constant.AF_INET6 : Constant.AF_INET);
  }

  /**
   * A new socket for addresses of any family. Where IPv4 and IPv6 need sockets of their own the
   * first address that is no wildcard decides, be it bound, connected or a group joined: a socket
   * of its family takes this one's place under the same descriptor and, if it is bound, at the same
   * port, with the options that were set.
   *
   * @param type SOCK_STREAM or SOCK_DGRAM, without flags
   */
  public static KernelSocket openAny(Kernel kernel, int type) throws IOException {
    Platform platform = kernel.platform();
    boolean datagrams = type == platform.get(Constant.SOCK_DGRAM);
    if (!IpStack.of(kernel).needsChoice(platform, datagrams) || !Descriptors.canReplace(kernel)) {
      return open(kernel, preferredFamily(kernel), type);
    }
    // Datagrams of both families may come while nothing is decided. Most connects are to IPv4.
    int first = datagrams ? preferredFamily(kernel) : platform.get(Constant.AF_INET);
    return undecided(open(kernel, first, type), false);
  }

  /**
   * A new socket that listens to both families where the system allows it, else to the one of the
   * address that it is bound to.
   */
  public static KernelSocket openListener(Kernel kernel) throws IOException {
    int type = kernel.platform().get(Constant.SOCK_STREAM);
    KernelSocket socket = open(kernel, preferredFamily(kernel), type);
    boolean separate = IpStack.of(kernel) == IpStack.SEPARATE;
    return separate && Descriptors.canReplace(kernel) ? undecided(socket, true) : socket;
  }

  private static KernelSocket undecided(KernelSocket socket, boolean listens) {
    socket.ofAnyFamily = true;
    socket.choice = new FamilyChoice(listens);
    return socket;
  }

  /**
   * A new socket. One of AF_INET6 carries IPv4 too, where the system permits it.
   *
   * @param type SOCK_STREAM or SOCK_DGRAM, without flags
   */
  public static KernelSocket open(Kernel kernel, int family, int type) throws IOException {
    Platform platform = kernel.platform();
    int flags = Descriptors.creationFlags(platform);
    int fd = kernel.socket(family, type | flags, 0);
    if (fd < 0) {
      throw Failures.of(platform, "socket", kind(platform, family, type), fd);
    }
    KernelSocket socket = new KernelSocket(kernel, fd, family, type);
    try {
      if (flags == 0) {
        socket.check("fcntl", "O_NONBLOCK and FD_CLOEXEC", Descriptors.setFlags(kernel, fd));
      }
      socket.check("setsockopt", "SO_NOSIGPIPE", Descriptors.ignoreSigpipe(kernel, fd));
      socket.allowIpv4();
      return socket;
    } catch (Throwable t) {
      socket.closeAfter(t);
      throw t;
    }
  }

  private static String kind(Platform platform, int family, int type) {
    boolean stream = type == platform.get(Constant.SOCK_STREAM);
    return Sockaddr.family(platform, family) + (stream ? ", SOCK_STREAM" : ", SOCK_DGRAM");
  }

  /**
   * Takes a socket that somebody else made: makes it non-blocking and close-on-exec, and learns its
   * family and type. If it fails, the caller still owns the descriptor.
   */
  public static KernelSocket adopt(Kernel kernel, int fd) throws IOException {
    KernelSocket unknown = new KernelSocket(kernel, fd, 0, 0);
    int type = unknown.getInt(Constant.SOL_SOCKET, Constant.SO_TYPE);
    KernelSocket socket = new KernelSocket(kernel, fd, unknown.kernelsFamily(), type);
    socket.check("fcntl", "O_NONBLOCK and FD_CLOEXEC", Descriptors.addFlags(kernel, fd));
    socket.wasConnected = socket.hasOrHadPeer();
    // Not set on one that is dead, which can have unread bytes.
    SocketOptions.isSet(socket, "SOL_SOCKET/SO_NOSIGPIPE", Descriptors.ignoreSigpipe(kernel, fd));
    if (socket.isIpv6() && !socket.isGone()) {
      socket.v6Only = socket.getInt(Constant.IPPROTO_IPV6, Constant.IPV6_V6ONLY) != 0;
    }
    return socket;
  }

  private boolean hasOrHadPeer() {
    int result = askPeer();
    if (platform.is(Errno.ENOTCONN, -result)) {
      // The BSDs have that also of a peer that has closed; the input has ended only then.
      return type == platform.get(Constant.SOCK_STREAM) && peek() >= 0;
    }
    // EINVAL: Darwin, once the peer has closed or reset.
    return result == 0
        || platform.is(Errno.EINVAL, -result)
        || platform.is(Errno.ECONNRESET, -result);
  }

  /** A connection from {@link #accept}, which has all its flags; makes no system call. */
  public static KernelSocket accepted(Kernel kernel, int fd, int family) {
    int stream = kernel.platform().get(Constant.SOCK_STREAM);
    KernelSocket socket = new KernelSocket(kernel, fd, family, stream);
    socket.wasConnected = true;
    return socket;
  }

  private void allowIpv4() throws IOException {
    if (!isIpv6()) {
      return;
    }
    int result = IpStack.clearV6Only(kernel, fd);
    if (result < 0 && !IpStack.isFixed(platform, result)) {
      throw SocketOptions.failure(platform, "setsockopt", "IPPROTO_IPV6/IPV6_V6ONLY", result);
    }
    v6Only = result < 0;
  }

  public int fd() {
    return fd;
  }

  /** Its address family, in the platform's number. */
  public int family() {
    return family;
  }

  /** SOCK_STREAM or SOCK_DGRAM, in the platform's number. */
  public int type() {
    return type;
  }

  public boolean isOpen() {
    return open;
  }

  public Kernel kernel() {
    return kernel;
  }

  /** Whether it is connected, or was until the peer closed or reset. */
  public synchronized boolean wasConnected() {
    return wasConnected;
  }

  /** Whether it is of AF_INET6 and cannot carry IPv4. */
  public boolean isV6Only() {
    return v6Only;
  }

  /**
   * Whether it may carry IPv4 and takes options of IPv6 alone. Linux takes those of both; macOS and
   * the BSDs go by the family, and of IPV6_TCLASS macOS gives IPv4 no more than the ECN bits. One
   * that is connected to an IPv6 address carries no IPv4.
   */
  public boolean carriesIpv4WithoutItsOptions() {
    return isIpv6()
        && !v6Only
        && !platform.isLinux()
        && !(remoteAddress() instanceof InetSocketAddress remote
            && remote.getAddress() instanceof Inet6Address);
  }

  /**
   * Binds it; the IPv4 wildcard address on an IPv6 socket means both families.
   *
   * @param local an {@link InetSocketAddress}, {@link UnixAddress} or {@link
   *     UnixDomainSocketAddress}
   */
  public synchronized void bind(SocketAddress local) throws IOException {
    ensureOpen();
    boolean wildcard =
        local instanceof InetSocketAddress inet
            && !inet.isUnresolved()
            && inet.getAddress().isAnyLocalAddress();
    if (choice != null && (!wildcard || choice.listens())) {
      decide(local);
    }
    bindNow(ofAnyFamily && wildcard ? wildcard(((InetSocketAddress) local).getPort()) : local);
    if (choice != null) {
      choice.bound(true);
    }
  }

  private void bindNow(SocketAddress local) throws IOException {
    long memory = NativeMemory.allocate(addressRoom());
    try {
      SocketAddress effective =
          local instanceof InetSocketAddress inet
              ? EffectiveAddresses.local(inet, isIpv6() && !v6Only)
              : local;
      int length = codec().put(memory, effective, family, v6Only);
      check("bind", local, kernel.bind(fd, memory, length));
    } finally {
      NativeMemory.free(memory);
    }
  }

  /** Whether the next address may make another socket of it; see {@link #openAny}. */
  public synchronized boolean isUndecided() {
    return choice != null;
  }

  /**
   * Has something done each time before another socket takes this one's place: its knotes go then.
   */
  public synchronized void beforeReplacement(Runnable action) {
    if (choice != null) {
      choice.beforeReplacement(action);
    }
  }

  /**
   * Makes it a socket of that address's family if that is still open, be it as it is or by another
   * one in its place.
   *
   * @throws IOException if that fails; if it is an option that would be lost, nothing has changed
   */
  synchronized void decide(SocketAddress address) throws IOException {
    if (choice != null && address instanceof InetSocketAddress inet && !inet.isUnresolved()) {
      boolean ipv4 = inet.getAddress() instanceof Inet4Address;
      become(platform.get(ipv4 ? Constant.AF_INET : Constant.AF_INET6), address);
      choice = null;
    }
  }

  private void become(int wanted, Object address) throws IOException {
    if (family == wanted) {
      return;
    }
    SocketAddress local = choice.isBound() ? name(false) : null;
    KernelSocket fresh = open(kernel, wanted, type);
    try {
      choice.setOptionsOn(fresh, address);
      choice.replacing();
      check("dup", "a socket for " + address, Descriptors.replace(kernel, fresh.fd, fd));
    } catch (Throwable t) {
      fresh.closeAfter(t);
      throw t;
    }
    family = wanted;
    v6Only = fresh.v6Only;
    fresh.close();
    if (local instanceof InetSocketAddress inet) {
      // If that fails it is bound no more.
      choice.bound(false);
      bindNow(wildcard(inet.getPort()));
      choice.bound(true);
    }
  }

  /** An option of IPv6 alone is one that a socket of IPv4 neither takes nor tells. */
  private void suit(int level) throws IOException {
    if (choice != null
        && level == platform.get(Constant.IPPROTO_IPV6)
        && type == platform.get(Constant.SOCK_STREAM)) {
      become(platform.get(Constant.AF_INET6), "an option of IPPROTO_IPV6");
    }
  }

  public synchronized void listen(int backlog) throws IOException {
    ensureOpen();
    check("listen", "backlog " + backlog, kernel.listen(fd, backlog));
    choice = null;
  }

  /**
   * Connects, or begins to.
   *
   * @return true if it is connected; false if that goes on: when the socket is writable, {@link
   *     #finishConnect} tells
   */
  public synchronized boolean connect(SocketAddress remote) throws IOException {
    ensureOpen();
    decide(remote);
    long memory = NativeMemory.allocate(addressRoom());
    try {
      int result = kernel.connect(fd, memory, encode(memory, remote));
      // EINTR: the connect of a non-blocking socket goes on behind a signal.
      if (platform.is(Errno.EINPROGRESS, -result) || platform.is(Errno.EINTR, -result)) {
        return false;
      }
      check("connect", remote, result);
      wasConnected = true;
      return true;
    } finally {
      NativeMemory.free(memory);
    }
  }

  /**
   * How the connect went.
   *
   * @param remote for the exception's text
   * @param fflagsErrno the errno that came with the event, or 0 to ask SO_ERROR
   * @return true if it is connected; false if that still goes on, after a spurious event
   * @throws IOException why it failed, as "Connection refused: host/ip:port"
   */
  public synchronized boolean finishConnect(SocketAddress remote, int fflagsErrno)
      throws IOException {
    ensureOpen();
    int errno = fflagsErrno != 0 ? fflagsErrno : getInt(Constant.SOL_SOCKET, Constant.SO_ERROR);
    if (errno == 0 && askPeer() != 0) {
      // Another call has eaten the error, or there is none yet: a look at the input knows.
      int input = peek();
      if (platform.is(Errno.EAGAIN, -input)) {
        return false;
      }
      // Bytes can wait though the peer is gone. An end without bytes is a socket that is dead.
      errno = input == 0 ? platform.number(Errno.ECONNRESET) : Math.max(0, -input);
    }
    check("connect", remote, -errno);
    wasConnected = true;
    return true;
  }

  /**
   * Dissolves the association of a datagram socket with a remote address. Its local port stays; the
   * local address may become the wildcard again.
   */
  public synchronized void disconnect() throws IOException {
    ensureOpen();
    int port = portToKeep();
    int result = connectToNone();
    // EAFNOSUPPORT, EADDRNOTAVAIL, EINVAL: macOS and the BSDs dissolve it and then mind the
    // address.
    if (result < 0 && askPeer() == 0) {
      throw Failures.of(platform, "connect", "AF_UNSPEC", result);
    }
    wasConnected = false;
    check("bind", "the port from before the disconnect", keepPort(port));
  }

  private int connectToNone() {
    long memory = NativeMemory.allocate(addressRoom());
    try {
      return kernel.connect(fd, memory, codec().putNone(memory, family));
    } finally {
      NativeMemory.free(memory);
    }
  }

  /** {@return the local port in network byte order where a disconnect can lose it, else 0} */
  private int portToKeep() {
    if (!platform.isLinux() || family == platform.get(Constant.AF_UNIX)) {
      return 0;
    }
    long memory = allocateName();
    try {
      return kernel.getsockname(fd, memory + NAME, memory) < 0
          ? 0
          : Memory.getShort(memory + NAME + PORT) & 0xffff;
    } finally {
      NativeMemory.free(memory);
    }
  }

  /**
   * Binds the port again if Linux gave it up, as it does with a port that bind or connect chose.
   *
   * @return 0 or the negative errno
   */
  private int keepPort(int port) {
    if (port == 0) {
      return 0;
    }
    long memory = allocateName();
    try {
      int result = kernel.getsockname(fd, memory + NAME, memory);
      if (result < 0 || Memory.getShort(memory + NAME + PORT) != 0) {
        return result;
      }
      Memory.putShort(memory + NAME + PORT, port);
      return kernel.bind(fd, memory + NAME, Memory.getInt(memory));
    } finally {
      NativeMemory.free(memory);
    }
  }

  private Sockaddr codec() {
    return Sockaddr.of(platform);
  }

  private boolean isIpv6() {
    return family == platform.get(Constant.AF_INET6);
  }

  private InetSocketAddress wildcard(int port) {
    return EffectiveAddresses.wildcard(isIpv6(), port);
  }

  /** {@return the bytes that an address takes at most in {@link #encode}} */
  int addressRoom() {
    return codec().size();
  }

  /**
   * Writes an address in the form that this socket takes, for connect, sendto and the like. A
   * wildcard means this machine, on every system.
   *
   * @param memory room for {@link Sockaddr#size()} bytes
   * @return its length
   * @throws java.nio.channels.UnresolvedAddressException if it is a name only
   * @throws java.nio.channels.UnsupportedAddressTypeException if it does not suit the family
   */
  public int encode(long memory, SocketAddress address) {
    return codec()
        .put(
            memory,
            address instanceof InetSocketAddress inet ? used(inet) : address,
            family,
            v6Only);
  }

  private InetSocketAddress used(InetSocketAddress remote) {
    InetAddress ip = remote.getAddress();
    if (ip == null || !EffectiveAddresses.isReplaced(ip)) {
      return remote;
    }
    Replaced last = lastReplaced;
    if (last != null && last.given.equals(remote)) {
      return last.used;
    }
    InetSocketAddress used = new InetSocketAddress(EffectiveAddresses.remote(ip), remote.getPort());
    lastReplaced = new Replaced(remote, used);
    return used;
  }

  /**
   * Takes the next connection, non-blocking and close-on-exec. Allocates nothing, but the first
   * time.
   *
   * @param loopKernel the kernel of the calling thread
   * @param address where the peer's address goes, or 0
   * @param length where the room at {@code address} stands and its length is put, or 0
   * @return its descriptor, or the negative errno; ECONNABORTED if the connection was gone before
   *     it could be set up
   */
  public int accept(Kernel loopKernel, long address, long length) {
    Acceptor known = acceptor;
    if (known == null) {
      known = new Acceptor(loopKernel);
      acceptor = known;
    }
    return known.accept(loopKernel, fd, address, length);
  }

  /**
   * Where it is bound.
   *
   * @return an {@link InetSocketAddress} or {@link UnixAddress}; {@code null} if it is not bound or
   *     closed
   */
  public synchronized SocketAddress localAddress() {
    return open ? name(false) : null;
  }

  /**
   * Whom it is connected to.
   *
   * @return an {@link InetSocketAddress} or {@link UnixAddress}; {@code null} if it is not
   *     connected (any more) or closed
   */
  public synchronized SocketAddress remoteAddress() {
    return open ? name(true) : null;
  }

  private SocketAddress name(boolean peer) {
    long memory = allocateName();
    try {
      int result =
          peer
              ? kernel.getpeername(fd, memory + NAME, memory)
              : kernel.getsockname(fd, memory + NAME, memory);
      // ENOTCONN, on Darwin EINVAL: no peer. ECONNRESET, ECONNABORTED, ENOBUFS: it is not known.
      return result < 0 ? null : codec().get(memory + NAME, Memory.getInt(memory), family);
    } finally {
      NativeMemory.free(memory);
    }
  }

  /** {@return 0 if it is connected, or the negative errno of getpeername} */
  private int askPeer() {
    long memory = allocateName();
    try {
      return kernel.getpeername(fd, memory + NAME, memory);
    } finally {
      NativeMemory.free(memory);
    }
  }

  private int kernelsFamily() throws IOException {
    long memory = allocateName();
    try {
      check("getsockname", "fd " + fd, kernel.getsockname(fd, memory + NAME, memory));
      return codec().family(memory + NAME);
    } finally {
      NativeMemory.free(memory);
    }
  }

  /** Allocates a socklen_t with the room for an address, and that room at {@link #NAME}. */
  private long allocateName() {
    int room = addressRoom();
    long memory = NativeMemory.allocate(NAME + room);
    Memory.putInt(memory, room);
    return memory;
  }

  /**
   * Shuts directions down. An input that has ended already is done.
   *
   * @throws NotYetConnectedException if it is not connected, or was and has been reset
   */
  public synchronized void shutdown(boolean read, boolean write) throws IOException {
    ensureOpen();
    if (!read && !write) {
      return;
    }
    if (!wasConnected) {
      // NetBSD and OpenBSD shut it down, and connect is EINVAL from then on.
      throw new NotYetConnectedException();
    }
    Constant how = read && write ? Constant.SHUT_RDWR : read ? Constant.SHUT_RD : Constant.SHUT_WR;
    int result = kernel.shutdown(fd, platform.get(how));
    if (platform.is(Errno.ENOTCONN, -result)) {
      if (!write) {
        // Darwin: the peer's end has come before.
        return;
      }
      throw new NotYetConnectedException();
    }
    check("shutdown", how, result);
  }

  /**
   * {@return the value of an option}
   *
   * @throws UnsupportedOperationException if the system does not have it
   */
  public int getInt(Constant level, Constant option) throws IOException {
    return getInt(platform.get(level), platform.get(option), level + "/" + option);
  }

  /** {@return the value of an option given by the platform's numbers} */
  public int getInt(int level, int option) throws IOException {
    return getInt(level, option, SocketOptions.name(level, option));
  }

  /** {@return the value of an option, or a fallback if its errno is that one} */
  synchronized int getIntOr(Constant level, Constant option, Errno absent, int fallback)
      throws IOException {
    ensureOpen();
    return SocketOptions.getIntOr(
        this, platform.get(level), platform.get(option), level + "/" + option, absent, fallback);
  }

  private synchronized int getInt(int level, int option, String name) throws IOException {
    ensureOpen();
    suit(level);
    return SocketOptions.getInt(this, level, option, name);
  }

  /**
   * Sets an option.
   *
   * @return false if it could not be set because the connection is already gone
   * @throws UnsupportedOperationException if the system does not have it
   * @throws IOException if the system does not take the value
   */
  public boolean setInt(Constant level, Constant option, int value) throws IOException {
    return setInt(platform.get(level), platform.get(option), value, level + "/" + option);
  }

  /** The same for an option given by the platform's numbers. */
  public boolean setInt(int level, int option, int value) throws IOException {
    return setInt(level, option, value, SocketOptions.name(level, option));
  }

  private boolean setInt(int level, int option, int value, String name) throws IOException {
    long memory = NativeMemory.allocate(Integer.BYTES);
    try {
      Memory.putInt(memory, value);
      return setBytes(level, option, memory, Integer.BYTES, name);
    } finally {
      NativeMemory.free(memory);
    }
  }

  /**
   * Reads an option of any type.
   *
   * @param length room at {@code memory}, bytes
   * @return the bytes that were filled
   */
  public synchronized int getBytes(int level, int option, long memory, int length)
      throws IOException {
    ensureOpen();
    suit(level);
    return SocketOptions.get(
        this, level, option, memory, length, SocketOptions.name(level, option));
  }

  /** Sets an option of any type; see {@link #setInt(Constant, Constant, int)}. */
  public boolean setBytes(int level, int option, long memory, int length) throws IOException {
    return setBytes(level, option, memory, length, SocketOptions.name(level, option));
  }

  /** The same with the words for a failure. */
  synchronized boolean setBytes(int level, int option, long memory, int length, String name)
      throws IOException {
    ensureOpen();
    suit(level);
    boolean set = SocketOptions.set(this, level, option, memory, length, name);
    if (choice != null) {
      choice.remember(level, option, memory, length, name);
    }
    return set;
  }

  /** The same by the bytes of the value. */
  boolean set(FamilyChoice.Setting setting) throws IOException {
    int length = setting.value().length;
    // The kernel's way to take an accept filter away is an option without a value.
    long memory = length == 0 ? 0 : NativeMemory.allocate(length);
    try {
      Memory.copy(setting.value(), 0, memory, length);
      return setBytes(setting.level(), setting.option(), memory, length, setting.name());
    } finally {
      if (memory != 0) {
        NativeMemory.free(memory);
      }
    }
  }

  /** {@return the seconds that close lingers for, or -1 if it does not} */
  public synchronized int soLinger() throws IOException {
    ensureOpen();
    return SocketOptions.soLinger(this);
  }

  /**
   * Sets how long close lingers.
   *
   * @param seconds -1 to switch it off; more than the system can keep is as much as it can
   * @return false if it could not be set because the connection is already gone
   */
  public synchronized boolean soLinger(int seconds) throws IOException {
    ensureOpen();
    boolean set = SocketOptions.soLinger(this, seconds);
    if (choice != null) {
      choice.rememberLinger(seconds);
    }
    return set;
  }

  /** {@return 1 if there is input, 0 at its end, or the negative errno that a recv would have} */
  private int peek() {
    long memory = NativeMemory.allocate(1);
    try {
      return (int) kernel.recv(fd, memory, 1, platform.get(Constant.MSG_PEEK));
    } finally {
      NativeMemory.free(memory);
    }
  }

  /**
   * Whether it was connected and has no peer any more, as after a reset. Not of a closed one. Some
   * of its options can then be neither set nor read (ECONNRESET on FreeBSD, EINVAL on macOS).
   */
  public synchronized boolean isGone() {
    return open && wasConnected && askPeer() != 0;
  }

  /** Closes it, once; what comes later does nothing. */
  public void close() throws IOException {
    synchronized (this) {
      if (!open) {
        return;
      }
      open = false;
    }
    // Outside the lock, since it can linger; nobody uses the descriptor any more.
    int result = kernel.close(fd);
    // EINTR, EINPROGRESS: the descriptor is gone all the same, and its number may be in use again.
    // ECONNRESET: FreeBSD's word for a peer that was gone before.
    if (platform.is(Errno.EINTR, -result)
        || platform.is(Errno.EINPROGRESS, -result)
        || platform.is(Errno.ECONNRESET, -result)) {
      return;
    }
    check("close", "fd " + fd, result);
  }

  /** Closes it because of a failure, to which its own is added if there is one. */
  public void closeAfter(Throwable failure) {
    try {
      close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private void ensureOpen() throws ClosedChannelException {
    if (!open) {
      throw new ClosedChannelException();
    }
  }

  private void check(String operation, Object subject, int result) throws IOException {
    if (result < 0) {
      throw Failures.of(platform, operation, subject, result);
    }
  }

  @Override
  public String toString() {
    return "socket " + fd + (open ? "" : " (closed)");
  }
}
