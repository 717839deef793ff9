package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import java.util.ArrayDeque;
import java.util.List;

/**
 * A stream between two sockets of the machine. Bytes that are sent are at once in the receiver's
 * buffer, but count against the sender's room. Descriptors are passed with the first byte of the
 * call that sends them, and no receive goes past such a byte.
 */
final class LocalStream extends StreamSocket<LocalStream> {
  private static final int SPACE = 8_192;

  private enum State {
    NEW,
    LISTENING,
    CONNECTED,
    /** The peer is closed. */
    ENDED
  }

  /**
   * Files that go with a byte.
   *
   * @param position how many bytes came before it
   * @param end how many bytes came before the next call's
   */
  private record Rights(long position, long end, List<OpenFile> files) {}

  private State state = State.NEW;
  private Address local = Address.unnamed();
  private Address remote = Address.unnamed();

  /** The name was bound by this socket, and not taken from a listener. */
  private boolean bound;

  private LocalStream peer;

  /** The bytes that left {@link #in}. */
  private long taken;

  /** Made when descriptors are passed. */
  private ArrayDeque<Rights> rights;

  private boolean outputEnded;

  LocalStream(World world) {
    super(world, Family.LOCAL, SPACE, world.quirks.number(Quirk.LOCAL_SPACE, SPACE));
  }

  static OpenFile[] pair(World world) {
    LocalStream first = new LocalStream(world);
    LocalStream second = new LocalStream(world);
    first.join(second);
    return new OpenFile[] {first, second};
  }

  private void join(LocalStream other) {
    peer = other;
    other.peer = this;
    state = State.CONNECTED;
    other.state = State.CONNECTED;
  }

  @Override
  boolean isListening() {
    return state == State.LISTENING;
  }

  @Override
  boolean isNew() {
    return state == State.NEW;
  }

  @Override
  boolean isConnected() {
    return state == State.CONNECTED;
  }

  @Override
  boolean isBound() {
    return bound;
  }

  @Override
  boolean isDead() {
    return state == State.ENDED;
  }

  @Override
  boolean isInputShut() {
    return inputShut || state == State.ENDED || state == State.CONNECTED && peer.outputShut;
  }

  @Override
  boolean isOutputShut() {
    return outputShut || outputEnded || state == State.ENDED;
  }

  @Override
  Credentials peerCredentials() {
    boolean listens = isListening() && world.has(Quirk.NO_PEER_IS_NO_ERROR);
    return listens || state == State.CONNECTED || state == State.ENDED ? Credentials.own() : null;
  }

  @Override
  boolean hasPeer() {
    return state == State.CONNECTED;
  }

  @Override
  Address localName() {
    return local;
  }

  @Override
  Address peerName() {
    if (state == State.CONNECTED || state == State.ENDED && world.has(Quirk.LOCAL_NAME_OUTLIVES)) {
      return remote;
    }
    boolean gone = state == State.ENDED && world.has(Quirk.LOCAL_PEER_GONE_IS_EINVAL);
    world.nameError = error(gone ? Errno.EINVAL : Errno.ENOTCONN);
    return null;
  }

  // Connecting.

  @Override
  int bind(Address address) {
    if (address.kind() != Address.Kind.LOCAL) {
      return error(Errno.EAFNOSUPPORT);
    }
    if (bound || state != State.NEW) {
      return error(Errno.EINVAL);
    }
    int result = world.network.localNames.bind(this, address);
    if (result == 0) {
      local = address;
      bound = true;
    }
    return result;
  }

  @Override
  int listen(int backlog) {
    if (state != State.NEW && state != State.LISTENING) {
      return error(Errno.EINVAL);
    }
    if (!bound) {
      return error(Errno.EINVAL);
    }
    openQueue(backlog);
    state = State.LISTENING;
    changed(true, true);
    return 0;
  }

  @Override
  int connect(Address address) {
    if (state == State.CONNECTED) {
      return error(Errno.EISCONN);
    }
    if (state != State.NEW || address.kind() != Address.Kind.LOCAL) {
      return error(state == State.NEW ? Errno.EAFNOSUPPORT : Errno.EINVAL);
    }
    SocketFile found = world.network.localNames.find(address);
    if (found == null) {
      return world.network.localNames.error;
    }
    if (!(found instanceof LocalStream server)) {
      return error(Errno.EPROTOTYPE);
    }
    return server.isListening() ? connectTo(server) : error(Errno.ECONNREFUSED);
  }

  private int connectTo(LocalStream server) {
    if (server.queue.isFull()) {
      return error(
          world.has(Quirk.FULL_LOCAL_BACKLOG_IS_EAGAIN) ? Errno.EAGAIN : Errno.ECONNREFUSED);
    }
    LocalStream connection = new LocalStream(world);
    connection.inherit(server);
    connection.local = server.local;
    connection.remote = local;
    remote = server.local;
    join(connection);
    server.queue.complete(connection);
    server.changed(true, false);
    changed(false, true);
    return 0;
  }

  @Override
  int accept(LocalStream connection, Accepted result) {
    result.socket = connection;
    result.peer = connection.remote;
    return 0;
  }

  // Sending.

  @Override
  long send(Message message, int flags) {
    return send(message.iov, message.controlLength > 0 ? message : null);
  }

  @Override
  long put(Iov from, long at, long length, Message control) {
    int part = (int) Math.min(length, room());
    if (part == 0 || part < Math.min(length, leastRoom())) {
      return 0;
    }
    if (control != null && !peer.take(world.controlData.rights(control), part)) {
      return error(Errno.EBADF);
    }
    peer.append(from, at, part);
    return part;
  }

  @Override
  int sendError() {
    if (isOutputShut()) {
      return error(Errno.EPIPE);
    }
    if (pendingError != 0) {
      return takeError();
    }
    return state == State.CONNECTED ? 0 : error(Errno.ENOTCONN);
  }

  /** Takes files with the first of the next bytes. */
  private boolean take(List<OpenFile> files, int length) {
    if (files == null) {
      return false;
    }
    if (!files.isEmpty()) {
      if (rights == null) {
        rights = new ArrayDeque<>(2);
      }
      long position = taken + in.size();
      rights.add(new Rights(position, position + length, files));
    }
    return true;
  }

  private void append(Iov from, long at, int length) {
    if (inputShut) {
      dropRights();
      return;
    }
    in.add(from, at, length);
    changed(true, false);
  }

  @Override
  long room() {
    return Math.max(0, sendSpace() - (peer == null ? 0 : peer.in.size()));
  }

  @Override
  boolean isWritable() {
    return world.has(Quirk.WRITABLE_BY_A_THIRD)
        ? 4L * (sendSpace() - room()) <= sendSpace()
        : room() >= leastRoom();
  }

  // Receiving.

  @Override
  long read(Iov into) {
    return receive(into, null, false);
  }

  @Override
  long receive(Message message, int flags) {
    message.nameLength = 0;
    boolean peek = (flags & world.constant(Constant.MSG_PEEK, 0)) != 0;
    long result = receive(message.iov, message, peek);
    return result >= 0 ? withRights(message, flags, peek, result) : result;
  }

  private long receive(Iov into, Message message, boolean peek) {
    int ready = awaitInput(into);
    return ready > 0 ? take(into, message, peek) : ready;
  }

  @Override
  int receiveError() {
    return state == State.CONNECTED ? 0 : error(state == State.NEW ? unconnected() : Errno.EINVAL);
  }

  private Errno unconnected() {
    return world.has(Quirk.LOCAL_RECEIVE_UNCONNECTED_IS_EINVAL) ? Errno.EINVAL : Errno.ENOTCONN;
  }

  private long take(Iov into, Message message, boolean peek) {
    int length = (int) Math.min(part(into), untilRights());
    in.copy(into, 0, length);
    if (peek) {
      return length;
    }
    if (message == null && length > 0) {
      drop(dueRights(length));
    }
    if (message == null) {
      consume(length);
    }
    return length;
  }

  private void consume(int length) {
    in.skip(length);
    taken += length;
    if (peer != null) {
      peer.roomGrew();
    }
  }

  /** {@return how many bytes one call can receive, of which no two go with different files} */
  private long untilRights() {
    if (rights != null && world.has(Quirk.RIGHTS_JOIN_EARLIER_BYTES)) {
      return rights.isEmpty() ? Long.MAX_VALUE : rights.peek().end - taken;
    }
    if (rights != null) {
      for (Rights next : rights) {
        if (next.position > taken) {
          return next.position - taken;
        }
      }
    }
    return Long.MAX_VALUE;
  }

  /** {@return the files that go with one of the first bytes and leave the queue, or none} */
  private List<OpenFile> dueRights(long length) {
    boolean due = rights != null && !rights.isEmpty() && rights.peek().position < taken + length;
    return due ? rights.poll().files : List.of();
  }

  private long withRights(Message message, int flags, boolean peek, long length) {
    if (peek || length == 0) {
      message.controlLength = 0;
      return length;
    }
    List<OpenFile> files = dueRights(length);
    int result = 0;
    if (files.isEmpty()) {
      message.controlLength = 0;
    } else {
      result = world.controlData.deliver(message, files, flags);
    }
    consume((int) length);
    return result < 0 ? result : length;
  }

  private static void drop(List<OpenFile> files) {
    files.forEach(OpenFile::drop);
  }

  private void dropRights() {
    while (rights != null && !rights.isEmpty()) {
      drop(rights.poll().files);
    }
  }

  // Ending.

  @Override
  int shutdown(boolean read, boolean write) {
    if (state != State.CONNECTED && !world.has(Quirk.LOCAL_SHUTDOWN_ALWAYS)) {
      return error(Errno.ENOTCONN);
    }
    if (read && isInputShut() && world.has(Quirk.SHUTDOWN_OF_ENDED_INPUT_FAILS)) {
      return error(Errno.ENOTCONN);
    }
    if (read) {
      shutInput();
    }
    if (write) {
      outputShut = true;
    }
    changed(read, write);
    if (peer != null) {
      peer.changed(write, read);
    }
    return 0;
  }

  private void shutInput() {
    inputShut = true;
    if (!world.has(Quirk.INPUT_OUTLIVES_SHUTDOWN)) {
      in.clear();
      dropRights();
    }
    if (peer != null && world.has(Quirk.LOCAL_SHUT_INPUT_ENDS_PEERS_OUTPUT)) {
      peer.outputEnded = true;
    }
  }

  @Override
  void closed() {
    if (bound) {
      world.network.localNames.unbind(this, local);
    }
    boolean unread = !in.isEmpty();
    in.clear();
    dropRights();
    if (state == State.LISTENING) {
      state = State.ENDED;
      for (LocalStream connection : queue.drain()) {
        LocalStream client = connection.peer;
        connection.discard();
        if (client != null) {
          client.fail(Errno.ECONNRESET);
          client.changed(true, true);
        }
      }
    }
    if (peer != null) {
      peer.ended(unread && world.has(Quirk.UNREAD_BYTES_RESET));
      peer = null;
    }
    state = State.ENDED;
  }

  /** The peer is closed. */
  private void ended(boolean reset) {
    peer = null;
    state = State.ENDED;
    if (reset) {
      fail(Errno.ECONNRESET);
    }
    changed(true, true);
  }

  @Override
  String describe() {
    return "local stream " + local + ", " + state + ", " + in.size() + " bytes unread";
  }
}
