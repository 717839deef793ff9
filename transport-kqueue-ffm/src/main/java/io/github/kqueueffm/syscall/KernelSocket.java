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
 * A non-blocking, close-on-exec socket and its rare operations. Reads and writes call the {@link
 * Kernel} directly.
 *
 * <p>May be used from any thread. Operations and {@link #close()} exclude each other, so no
 * operation uses a number that the system has given to another file after the close. {@link
 * #accept} does not lock, so only the thread that closes the socket may call it.
 */
public final class KernelSocket {
  /** Where the address is in the memory of {@link #allocateName}. */
  private static final int NAME = Long.BYTES;

  /** Where the port is in a sockaddr_in and a sockaddr_in6, on every system. */
  private static final int PORT = 2;

  private final Kernel kernel;
  private final int fd;
  private final short type;
  private volatile short family;
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
    this.fd = fd;
    this.family = (short) family;
    this.type = (short) type;
  }

  private Platform platform() {
    return kernel.platform();
  }

  /** {@return AF_INET6 if such a socket also carries IPv4, else AF_INET; see {@link IpStack}} */
  public static int preferredFamily(Kernel kernel) {
    boolean dual = IpStack.of(kernel) == IpStack.DUAL;
    return kernel.platform().get(dual ? Constant.AF_INET6 : Constant.AF_INET);
  }

  /**
   * Opens a socket for addresses of any family. Where IPv4 and IPv6 need separate sockets, the
   * first address that is not a wildcard decides the family, whether it is bound, connected or a
   * group to join. A socket of its family then replaces this one: it has the same descriptor, the
   * same port if it is bound, and the options that were set.
   *
   * @param type SOCK_STREAM or SOCK_DGRAM, without flags
   */
  public static KernelSocket openAny(Kernel kernel, int type) throws IOException {
    Platform platform = kernel.platform();
    boolean datagrams = type == platform.get(Constant.SOCK_DGRAM);
    if (!IpStack.of(kernel).needsChoice(platform, datagrams) || !Descriptors.canReplace(kernel)) {
      return open(kernel, preferredFamily(kernel), type);
    }
    // Before the decision datagrams of both families may arrive. Most connects are to IPv4.
    int first = datagrams ? preferredFamily(kernel) : platform.get(Constant.AF_INET);
    return undecided(open(kernel, first, type), false);
  }

  /**
   * Opens a socket that listens to both families if the system allows it, else to the family of the
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
   * Opens a socket. A socket of AF_INET6 also carries IPv4 if the system permits it.
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
   * Takes over a socket that other code opened: makes it non-blocking and close-on-exec, and reads
   * its family and type. If this fails, the caller still owns the descriptor.
   */
  public static KernelSocket adopt(Kernel kernel, int fd) throws IOException {
    KernelSocket unknown = new KernelSocket(kernel, fd, 0, 0);
    int type = unknown.getInt(Constant.SOL_SOCKET, Constant.SO_TYPE);
    KernelSocket socket = new KernelSocket(kernel, fd, unknown.kernelsFamily(), type);
    socket.check("fcntl", "O_NONBLOCK and FD_CLOEXEC", Descriptors.addFlags(kernel, fd));
    socket.wasConnected = socket.hasOrHadPeer();
    // It may fail on a connection that is gone, which can still have unread bytes.
    SocketOptions.isSet(socket, "SOL_SOCKET/SO_NOSIGPIPE", Descriptors.ignoreSigpipe(kernel, fd));
    if (socket.isIpv6() && !socket.isGone()) {
      socket.v6Only = socket.getInt(Constant.IPPROTO_IPV6, Constant.IPV6_V6ONLY) != 0;
    }
    return socket;
  }

  private boolean hasOrHadPeer() {
    int result = askPeer();
    if (platform().is(Errno.ENOTCONN, -result)) {
      // The BSDs also answer ENOTCONN after the peer has closed. Only then has the input ended.
      return type == platform().get(Constant.SOCK_STREAM) && peek() >= 0;
    }
    // EINVAL: Darwin, after the peer has closed or reset.
    return result == 0
        || platform().is(Errno.EINVAL, -result)
        || platform().is(Errno.ECONNRESET, -result);
  }

  /** {@return the socket of a connection from {@link #accept}} Makes no system call. */
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
    if (result < 0 && !IpStack.isFixed(platform(), result)) {
      throw SocketOptions.failure(platform(), "setsockopt", "IPPROTO_IPV6/IPV6_V6ONLY", result);
    }
    v6Only = result < 0;
  }

  public int fd() {
    return fd;
  }

  /** {@return its address family, as the platform's number} */
  public int family() {
    return family;
  }

  /** {@return SOCK_STREAM or SOCK_DGRAM, as the platform's number} */
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

  /** Whether its address family is AF_INET6. */
  public boolean isIpv6() {
    return family == platform().get(Constant.AF_INET6);
  }

  /** Whether it is of AF_INET6 and cannot carry IPv4. */
  public boolean isV6Only() {
    return v6Only;
  }

  /**
   * Whether it may carry IPv4 and accepts only options of IPv6. Linux accepts the options of both.
   * macOS and the BSDs accept those of the socket's family, and macOS applies only the ECN bits of
   * IPV6_TCLASS to IPv4. A socket that is connected to an IPv6 address does not carry IPv4.
   */
  public boolean carriesIpv4WithoutItsOptions() {
    return isIpv6()
        && !v6Only
        && !platform().isLinux()
        && !(remoteAddress() instanceof InetSocketAddress remote
            && remote.getAddress() instanceof Inet6Address);
  }

  /**
   * Binds it; the IPv4 wildcard address on an IPv6 socket means every family that it carries.
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
              ? EffectiveAddresses.local(inet, isIpv6())
              : local;
      int length = codec().put(memory, effective, family, v6Only);
      check("bind", local, kernel.bind(fd, memory, length));
    } finally {
      NativeMemory.free(memory);
    }
  }

  /** Whether an address may still replace it by another socket; see {@link #openAny}. */
  public synchronized boolean isUndecided() {
    return choice != null;
  }

  /**
   * Sets an action to run each time before another socket replaces this one, because the
   * replacement removes the knotes.
   */
  public synchronized void beforeReplacement(Runnable action) {
    if (choice != null) {
      choice.beforeReplacement(action);
    }
  }

  /**
   * Decides the family by an address if it is not decided yet. A socket of another family is
   * replaced.
   *
   * @throws IOException if that fails; if an option would be lost, the socket has not changed
   */
  synchronized void decide(SocketAddress address) throws IOException {
    if (choice != null && address instanceof InetSocketAddress inet && !inet.isUnresolved()) {
      boolean ipv4 = inet.getAddress() instanceof Inet4Address;
      become(platform().get(ipv4 ? Constant.AF_INET : Constant.AF_INET6), address);
      choice = null;
    }
  }

  private void become(int wanted, Object address) throws IOException {
    // The number of a closed descriptor can be another file's, which would be replaced.
    ensureOpen();
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
    family = (short) wanted;
    v6Only = fresh.v6Only;
    fresh.close();
    if (local instanceof InetSocketAddress inet) {
      // If bindNow fails, the socket is not bound any more.
      choice.bound(false);
      bindNow(wildcard(inet.getPort()));
      choice.bound(true);
    }
  }

  /**
   * Makes an undecided stream a socket of IPv6 before an option of IPv6, which a socket of IPv4 can
   * neither set nor read. The first address still decides.
   */
  private void suit(int level) throws IOException {
    if (choice != null
        && level == platform().get(Constant.IPPROTO_IPV6)
        && type == platform().get(Constant.SOCK_STREAM)) {
      become(platform().get(Constant.AF_INET6), "an option of IPPROTO_IPV6");
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
   * @return true if it is connected; false if the connect continues, in which case {@link
   *     #finishConnect} has to be called when the socket is writable
   */
  public synchronized boolean connect(SocketAddress remote) throws IOException {
    ensureOpen();
    decide(remote);
    long memory = NativeMemory.allocate(addressRoom());
    try {
      int result = kernel.connect(fd, memory, encode(memory, remote));
      // EINTR: the connect of a non-blocking socket continues after a signal.
      if (platform().is(Errno.EINPROGRESS, -result) || platform().is(Errno.EINTR, -result)) {
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
   * Finds the outcome of a connect that continued.
   *
   * @param remote for the exception's message
   * @param fflagsErrno the errno that came with the event, or 0 to read SO_ERROR
   * @return true if it is connected; false if the connect still continues, after a spurious event
   * @throws IOException if it failed; the message begins as "Connection refused: host/ip:port"
   */
  public synchronized boolean finishConnect(SocketAddress remote, int fflagsErrno)
      throws IOException {
    ensureOpen();
    int errno = fflagsErrno != 0 ? fflagsErrno : getInt(Constant.SOL_SOCKET, Constant.SO_ERROR);
    if (errno == 0 && askPeer() != 0) {
      // Another call has taken the error, or there is none yet. A peek at the input decides.
      int input = peek();
      if (platform().is(Errno.EAGAIN, -input)) {
        return false;
      }
      // Bytes can wait after the peer has gone. An end without bytes means that it was reset.
      errno = input == 0 ? platform().number(Errno.ECONNRESET) : Math.max(0, -input);
    }
    check("connect", remote, -errno);
    wasConnected = true;
    return true;
  }

  /**
   * Disconnects a datagram socket from its remote address. Its local port stays. The local address
   * may become the wildcard again.
   */
  public synchronized void disconnect() throws IOException {
    ensureOpen();
    int port = portToKeep();
    int result = connectToNone();
    // EAFNOSUPPORT, EADDRNOTAVAIL, EINVAL: macOS and the BSDs disconnect the socket first, and then
    // refuse the address.
    if (result < 0 && askPeer() == 0) {
      throw Failures.of(platform(), "connect", "AF_UNSPEC", result);
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
    if (!platform().isLinux() || family == platform().get(Constant.AF_UNIX)) {
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
    return Sockaddr.of(platform());
  }

  private InetSocketAddress wildcard(int port) {
    return EffectiveAddresses.wildcard(isIpv6(), port);
  }

  /** {@return the bytes that an address takes at most in {@link #encode}} */
  int addressRoom() {
    return codec().size();
  }

  /**
   * Writes an address for connect, sendto or sendmsg in the form that this socket takes. A wildcard
   * means this machine on every system.
   *
   * @param memory room for {@link Sockaddr#size()} bytes
   * @return its length
   * @throws java.nio.channels.UnresolvedAddressException if it is only a name
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
   * Accepts the next connection, non-blocking and close-on-exec. Only the first call allocates.
   *
   * @param loopKernel the kernel of the calling thread
   * @param address memory for the peer's address, or 0
   * @param length a socklen_t with the room at {@code address}, which receives the address's
   *     length, or 0
   * @return its descriptor, or the negative errno; ECONNABORTED if the connection was gone before
   *     its flags could be set
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
   * Asks the kernel for the local address.
   *
   * @return an {@link InetSocketAddress} or {@link UnixAddress}; {@code null} if it is not bound or
   *     closed
   */
  public synchronized SocketAddress localAddress() {
    return open ? name(false) : null;
  }

  /**
   * Asks the kernel for the remote address.
   *
   * @return an {@link InetSocketAddress} or {@link UnixAddress}; {@code null} if it is not
   *     connected, or not any more, or closed
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
      // ENOTCONN, on Darwin EINVAL: no peer. ECONNRESET, ECONNABORTED, ENOBUFS: it is unknown.
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
   * Shuts directions down. If the input has already ended, its shutdown succeeds.
   *
   * @throws NotYetConnectedException if it is not connected, or was and has been reset
   */
  public synchronized void shutdown(boolean read, boolean write) throws IOException {
    ensureOpen();
    if (!read && !write) {
      return;
    }
    if (!wasConnected) {
      // NetBSD and OpenBSD would shut it down, and every later connect would fail with EINVAL.
      throw new NotYetConnectedException();
    }
    Constant how = read && write ? Constant.SHUT_RDWR : read ? Constant.SHUT_RD : Constant.SHUT_WR;
    int result = kernel.shutdown(fd, platform().get(how));
    if (platform().is(Errno.ENOTCONN, -result)) {
      if (!write) {
        // Darwin: the peer's end has already arrived.
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
    return getInt(platform().get(level), platform().get(option), level + "/" + option);
  }

  /** {@return the value of an option given by the platform's numbers} */
  public int getInt(int level, int option) throws IOException {
    return getInt(level, option, SocketOptions.name(level, option));
  }

  /** {@return the value of an option, or a fallback if getsockopt fails with that errno} */
  synchronized int getIntOr(Constant level, Constant option, Errno absent, int fallback)
      throws IOException {
    ensureOpen();
    return SocketOptions.getIntOr(
        this,
        platform().get(level),
        platform().get(option),
        level + "/" + option,
        absent,
        fallback);
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
   * @throws IOException if the system refuses the value
   */
  public boolean setInt(Constant level, Constant option, int value) throws IOException {
    return setInt(platform().get(level), platform().get(option), value, level + "/" + option);
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
  public int getBytes(int level, int option, long memory, int length) throws IOException {
    return getBytes(level, option, memory, length, SocketOptions.name(level, option));
  }

  /** The same with the option's name for the message of a failure. */
  synchronized int getBytes(int level, int option, long memory, int length, String name)
      throws IOException {
    ensureOpen();
    suit(level);
    return SocketOptions.get(this, level, option, memory, length, name);
  }

  /** Sets an option of any type; see {@link #setInt(Constant, Constant, int)}. */
  public boolean setBytes(int level, int option, long memory, int length) throws IOException {
    return setBytes(level, option, memory, length, SocketOptions.name(level, option));
  }

  /** The same with the option's name for the message of a failure. */
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
    // An option without a value removes an accept filter.
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
   * @param seconds -1 to switch it off; the system's maximum is set in place of a larger number
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
      return (int) kernel.recv(fd, memory, 1, platform().get(Constant.MSG_PEEK));
    } finally {
      NativeMemory.free(memory);
    }
  }

  /**
   * Whether it was connected and no longer has a peer, as after a reset. Some of its options can
   * then be neither set nor read (ECONNRESET on FreeBSD, EINVAL on macOS). False if it is closed.
   */
  public synchronized boolean isGone() {
    return open && wasConnected && askPeer() != 0;
  }

  /** Closes it. Later calls do nothing. */
  public void close() throws IOException {
    synchronized (this) {
      if (!open) {
        return;
      }
      open = false;
    }
    // Outside the lock, because it can linger. No operation uses the descriptor any more.
    int result = kernel.close(fd);
    // ECONNRESET: FreeBSD's answer if the peer has reset the connection.
    if (!Descriptors.isClosed(platform(), result) && !platform().is(Errno.ECONNRESET, -result)) {
      check("close", "fd " + fd, result);
    }
  }

  /** Closes it because of a failure, and adds a failure of the close as suppressed. */
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
      throw Failures.of(platform(), operation, subject, result);
    }
  }

  @Override
  public String toString() {
    return "socket " + fd + (open ? "" : " (closed)");
  }
}
