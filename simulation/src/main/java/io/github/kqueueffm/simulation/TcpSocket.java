package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;

/**
 * A TCP socket. Bytes that are sent are in its buffer until the packet that carries them arrives;
 * then they are in the peer's. Packets of a direction arrive in order, each after a time of its
 * own.
 */
final class TcpSocket extends StreamSocket<TcpSocket> {
  private static final int RECEIVE_SPACE = 65_536;
  private static final int SEND_SPACE = 32_768;
  private static final long SECOND = 1_000_000_000L;

  /** How long a SYN waits for an answer. */
  private static final long CONNECT_SECONDS = 75;

  /** Bytes of a segment on the loopback, which TCP_NOPUSH waits for. */
  static final int SEGMENT = 16_344;

  private enum State {
    /** Neither connected nor listening yet. */
    NEW,
    LISTENING,
    /** The handshake is under way, of a client or of a connection that cannot be accepted yet. */
    CONNECTING,
    ESTABLISHED,
    /** Refused, reset, timed out, or ended on both sides. */
    DEAD
  }

  private State state = State.NEW;
  private Address local;
  private Address remote;

  /** The socket was bound by bind or listen, and so is among those of its port. */
  private boolean bound;

  /** The connection's port was taken by this end. */
  private boolean portTaken;

  private TcpSocket peer;

  /** The listener, until the connection is accepted. */
  private TcpSocket listener;

  /** Bytes that have not arrived; made when bytes wait. */
  private Ring out;

  /** How many of {@link #out} are on their way. */
  private int inFlight;

  /** Packets that this end has sent and that have not arrived. */
  private int onWire;

  private long lastArrival;

  /** Bytes of data that left this end, and that came to it. */
  private long bytesSent;

  private long bytesReceived;

  private boolean inputEnded;
  private boolean finSent;
  private boolean finArrived;

  /** The last descriptor is closed. */
  private boolean closed;

  /** What it sends is lost, because another connection has the same addresses and ports. */
  private boolean doubled;

  /** Ends a connect, or sends what TCP_NOPUSH holds. */
  private Agenda.Entry timer;

  TcpSocket(World world, Family family) {
    super(world, family, RECEIVE_SPACE, SEND_SPACE);
  }

  // Names and state.

  @Override
  boolean isListening() {
    return state == State.LISTENING;
  }

  @Override
  boolean isNew() {
    return state == State.NEW;
  }

  @Override
  boolean isConnecting() {
    return state == State.CONNECTING;
  }

  @Override
  boolean isConnected() {
    return state == State.ESTABLISHED;
  }

  @Override
  boolean isBound() {
    return local != null;
  }

  @Override
  boolean isDead() {
    return state == State.DEAD || inputEnded && finArrived;
  }

  @Override
  boolean isInputShut() {
    return inputEnded || inputShut || state == State.DEAD;
  }

  @Override
  boolean isOutputShut() {
    return outputShut || state == State.DEAD;
  }

  @Override
  Address localName() {
    return local == null ? Network.unbound(family) : local;
  }

  @Override
  Address peerName() {
    if (state == State.ESTABLISHED && !isDead()) {
      return remote;
    }
    world.nameError = error(Errno.ENOTCONN);
    return null;
  }

  @Override
  int bind(Address address) {
    if (local != null || state != State.NEW) {
      return error(Errno.EINVAL);
    }
    local = world.network.bind(this, address);
    bound = local != null;
    return bound ? 0 : world.network.refusal();
  }

  @Override
  int listen(int backlog) {
    if (state != State.NEW && state != State.LISTENING || outputShut || inputShut) {
      return error(Errno.EINVAL);
    }
    if (local == null) {
      int result = bind(Network.unbound(family));
      if (result < 0) {
        return result;
      }
    }
    if (world.network.tcp.isListenedTo(this, local)) {
      return error(Errno.EADDRINUSE);
    }
    openQueue(backlog);
    state = State.LISTENING;
    changed(true, true);
    return 0;
  }

  @Override
  int accept(TcpSocket connection, Accepted result) {
    connection.listener = null;
    if (connection.state == State.DEAD && !world.has(Quirk.RESET_CONNECTION_ACCEPTED)) {
      connection.discard();
      return error(Errno.ECONNABORTED);
    }
    result.socket = connection;
    result.peer = connection.remote;
    return 0;
  }

  // Connecting.

  @Override
  int connect(Address address) {
    if (address.kind() == Address.Kind.UNSPECIFIED) {
      return error(Errno.EAFNOSUPPORT);
    }
    int refused = connectRefusal();
    if (refused < 0) {
      return refused;
    }
    int begun = begin(address);
    if (begun < 0) {
      return asynchronous(begun);
    }
    return nonBlocking ? error(Errno.EINPROGRESS) : awaitConnection();
  }

  private int connectRefusal() {
    return switch (state) {
      case NEW -> outputShut || inputShut ? error(Errno.EINVAL) : 0;
      case LISTENING -> error(Errno.EOPNOTSUPP);
      case CONNECTING -> error(Errno.EALREADY);
      case ESTABLISHED -> error(Errno.EISCONN);
      case DEAD -> pendingError != 0 ? takeError() : error(Errno.EINVAL);
    };
  }

  /** On DragonFly a thread of the protocol connects, and its errors come like a refusal. */
  private int asynchronous(int error) {
    if (!world.has(Quirk.ASYNCHRONOUS_CONNECT)) {
      return error;
    }
    pendingError = -error;
    die();
    return nonBlocking ? error(Errno.EINPROGRESS) : takeError();
  }

  private int awaitConnection() {
    while (state == State.CONNECTING && block()) {
      // Woken.
    }
    return state == State.CONNECTING ? error(Errno.EINPROGRESS) : takeError();
  }

  private int begin(Address address) {
    Address target = world.network.destination(this, address);
    if (target == null) {
      return world.network.refusal();
    }
    if (target.port() == 0 || target.isMulticast()) {
      return error(target.isMulticast() ? Errno.ENETUNREACH : Errno.EADDRNOTAVAIL);
    }
    Address source = local == null || local.isWildcard() ? null : local.withPort(0);
    if (source == null) {
      source = world.network.interfaces.sourceFor(target);
    } else if (source.kind() != target.kind()) {
      return error(Errno.EINVAL);
    }
    return begin(source, target);
  }

  private int begin(Address source, Address target) {
    Ports ports = world.network.tcp;
    boolean mapped = isInet6() && target.kind() == Address.Kind.IPV4;
    int given = local == null ? 0 : local.port();
    doubled = false;
    int port = ports.connect(source, target, given, mapped);
    if (port == 0) {
      return portsUsedUp(given, target);
    }
    doubled = ports.isDoubled();
    local = source.withPort(port);
    remote = target;
    portTaken = true;
    state = State.CONNECTING;
    synchronize(0);
    return 0;
  }

  private int portsUsedUp(int given, Address target) {
    if (given != 0) {
      return error(Errno.EADDRINUSE);
    }
    boolean again =
        target.kind() == Address.Kind.IPV6 && world.has(Quirk.IPV6_PORTS_USED_UP_IS_EAGAIN);
    return error(again ? Errno.EAGAIN : Errno.EADDRNOTAVAIL);
  }

  /** Sends the SYN, again later if there was no answer. */
  private void synchronize(int attempt) {
    long limit = CONNECT_SECONDS * SECOND;
    long elapsed = ((1L << attempt) - 1) * SECOND;
    long wait = Math.min(SECOND << attempt, limit - elapsed);
    timer =
        world.agenda.at(
            world.pace.nanoTime() + wait,
            () -> {
              if (elapsed + wait >= limit) {
                fail(Errno.ETIMEDOUT);
                die();
              } else {
                synchronize(attempt + 1);
              }
            });
    if (!world.network.interfaces.isBlackHole(remote)) {
      transmit(this::synArrived);
    }
  }

  /** The SYN has come to the target. */
  private void synArrived() {
    if (state != State.CONNECTING || peer != null) {
      return;
    }
    TcpSocket server = world.network.listener(remote, local.port());
    if (server != null) {
      if (!server.queue.isFull()) {
        server.answer(this);
      }
    } else if (!isSilent()) {
      world.afterDelay(world.choices.delayNanos(), this::refused);
    }
  }

  /** Whether the SYN of a port that is bound, without a listener, is dropped. */
  private boolean isSilent() {
    return world.has(Quirk.BOUND_PORT_IS_SILENT)
        && world.network.tcp.at(remote.port()).stream()
            .anyMatch(socket -> Network.rank(socket, remote) > 0);
  }

  private void refused() {
    if (state == State.CONNECTING) {
      fail(Errno.ECONNREFUSED);
      die();
    }
  }

  /** Begins a connection with a client, and sends the SYN and ACK. */
  private void answer(TcpSocket client) {
    TcpSocket connection = new TcpSocket(world, family);
    connection.inherit(this);
    connection.local = client.remote;
    connection.remote = client.local;
    connection.listener = this;
    connection.peer = client;
    connection.state = State.CONNECTING;
    client.peer = connection;
    queue.begin(connection);
    if (number(SocketOption.TCP_FASTOPEN) != 0) {
      world.network.cookie(client.remote);
    }
    connection.transmit(client::synAckArrived);
  }

  private void synAckArrived() {
    if (state != State.CONNECTING) {
      return;
    }
    cancelTimer();
    establish();
    transmit(peer::ackArrived);
    changed(isDead(), true);
    pump();
  }

  private void establish() {
    state = State.ESTABLISHED;
    int segment = world.quirks.number(Quirk.SEND_SPACE_OF_WHOLE_SEGMENTS, 0);
    if (segment != 0 && sendSpace() > segment) {
      sendSpace((sendSpace() + segment - 1) / segment * segment);
    }
  }

  private void ackArrived() {
    if (state != State.CONNECTING) {
      return;
    }
    establish();
    TcpSocket server = listener;
    server.queue.complete(this);
    server.changed(true, false);
  }

  @Override
  long connectWith(Address address, Iov data) {
    int refused = connectRefusal();
    if (refused < 0) {
      return refused;
    }
    if (world.has(Quirk.FASTOPEN_NEEDS_COOKIE) && !isCookieKnown(address)) {
      return connect(address);
    }
    int begun = begin(address);
    if (begun < 0) {
      return begun;
    }
    long taken = put(data, 0, Math.min(data.total(), world.limitOfThisCall));
    if (!nonBlocking) {
      int result = awaitConnection();
      return result < 0 ? result : taken;
    }
    return taken;
  }

  private boolean isCookieKnown(Address address) {
    Address target = world.network.destination(this, address);
    return target != null && world.network.knowsCookie(target);
  }

  // Packets.

  /** Sends a packet to the other end. */
  private void transmit(Runnable arrival) {
    transmit(world.choices.delayNanos(), arrival);
  }

  private void transmit(long delay, Runnable arrival) {
    if (onWire == 0 && delay <= 0) {
      arrival.run();
      return;
    }
    long now = world.pace.nanoTime();
    lastArrival = Math.max(now + delay, lastArrival);
    onWire++;
    world.agenda.at(
        lastArrival,
        () -> {
          onWire--;
          arrival.run();
        });
  }

  /** Sends what the peer has room for, and then the end. */
  private void pump() {
    if (state != State.ESTABLISHED || peer == null) {
      return;
    }
    int waiting = waiting();
    while (waiting > 0) {
      int room = peer.room(inFlight);
      int length = Math.min(waiting, room);
      if (length <= 0 || length == waiting && isHeld(waiting)) {
        return;
      }
      sendSegment((int) world.choices.part(length));
      if (state != State.ESTABLISHED) {
        return;
      }
      waiting = waiting();
    }
    if (outputShut && !finSent && peer.room(inFlight) > 0) {
      finSent = true;
      TcpSocket to = peer;
      transmit(() -> to.finArrived(this));
    }
  }

  private int waiting() {
    return out == null ? 0 : out.size() - inFlight;
  }

  private void sendSegment(int length) {
    inFlight += length;
    bytesSent += length;
    TcpSocket to = peer;
    transmit(() -> segmentArrived(to, length));
  }

  private void segmentArrived(TcpSocket to, int length) {
    inFlight -= length;
    if (to.refusesData() || doubled) {
      out.skip(length);
      if (!doubled) {
        to.reset();
      }
    } else if (to.discardsInput()) {
      out.skip(length);
    } else {
      out.moveTo(to.in, length);
      to.bytesReceived += length;
      to.changed(true, false);
    }
    if (!closed) {
      roomGrew();
    }
  }

  private boolean refusesData() {
    return closed || state == State.DEAD;
  }

  private boolean discardsInput() {
    return inputShut && !world.has(Quirk.INPUT_OUTLIVES_SHUTDOWN);
  }

  /** {@return how many bytes more may be sent to this end} */
  private int room(int onTheirWay) {
    return closed || discardsInput() || state == State.DEAD
        ? Integer.MAX_VALUE
        : receiveSpace() - in.size() - onTheirWay;
  }

  private void finArrived(TcpSocket from) {
    from.finArrived = true;
    inputEnded = true;
    if (world.has(Quirk.END_COUNTS_AS_A_BYTE)) {
      bytesReceived++;
    }
    if (closed) {
      bothEnded();
      from.bothEnded();
    } else if (state != State.DEAD) {
      changed(true, isDead());
      if (from.isDead() && !from.closed) {
        from.changed(true, true);
      }
    }
  }

  /** Frees the connection's port after both ends have ended and this one is closed. */
  private void bothEnded() {
    if (closed && isDead()) {
      freePort();
    }
  }

  /** Resets the connection: the peer hears of it after what is on its way. */
  private void reset() {
    TcpSocket to = peer;
    state = State.DEAD;
    peer = null;
    cancelTimer();
    if (out != null) {
      out.truncate(inFlight);
    }
    if (to != null && to.peer != null) {
      transmit(to::resetArrived);
    }
    freePort();
  }

  private void resetArrived() {
    if (closed || state == State.DEAD) {
      state = State.DEAD;
      freePort();
      peer = null;
      return;
    }
    if (!isDead()) {
      fail(errnoOfReset());
    }
    TcpSocket server = listener;
    die();
    if (server != null && server.queue != null && server.queue.abandon(this)) {
      discard();
    }
  }

  private Errno errnoOfReset() {
    if (state == State.CONNECTING && listener == null) {
      return Errno.ECONNREFUSED;
    }
    return inputEnded && world.has(Quirk.RESET_AFTER_END_IS_EPIPE) ? Errno.EPIPE : Errno.ECONNRESET;
  }

  /** Ends the connection. Received bytes can still be read. */
  private void die() {
    state = State.DEAD;
    cancelTimer();
    if (out != null) {
      out.truncate(inFlight);
    }
    peer = null;
    freePort();
    changed(true, true);
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private void freePort() {
    if (portTaken) {
      portTaken = false;
      world.network.tcp.disconnect(local.withPort(0), remote, local.port());
    }
  }

  // Held segments.

  /** Whether TCP_NOPUSH or TCP_CORK holds so many bytes, which are less than a segment. */
  private boolean isHeld(int bytes) {
    if (!isCorked() || bytes >= SEGMENT || outputShut) {
      return false;
    }
    if (timer == null) {
      long nanos = world.quirks.number(Quirk.CORK_MILLIS, 5_000) * 1_000_000L;
      timer = world.agenda.at(world.pace.nanoTime() + nanos, this::push);
    }
    return true;
  }

  private boolean isCorked() {
    return isOn(SocketOption.TCP_NOPUSH) || isOn(SocketOption.TCP_CORK);
  }

  /** Sends what was held. */
  private void push() {
    cancelTimer();
    if (state == State.ESTABLISHED && peer != null) {
      int length = Math.min(waiting(), peer.room(inFlight));
      if (length > 0) {
        sendSegment(length);
      }
    }
  }

  @Override
  void optionChanged(SocketOption option) {
    boolean cork = option == SocketOption.TCP_NOPUSH || option == SocketOption.TCP_CORK;
    if (cork && !isCorked() && !world.has(Quirk.NOPUSH_CLEARED_SENDS_NOTHING)) {
      push();
    }
  }

  @Override
  int getSpecial(SocketOption option, long value, int room) {
    boolean info = option == SocketOption.TCP_INFO || option == SocketOption.TCP_CONNECTION_INFO;
    return info ? TcpInfoStruct.get(this, value, room) : super.getSpecial(option, value, room);
  }

  /** {@return the state as the BSDs name it, without their prefix} */
  String stateName() {
    return switch (state) {
      case NEW -> "CLOSED";
      case LISTENING -> "LISTEN";
      case CONNECTING -> listener == null ? "SYN_SENT" : "SYN_RECEIVED";
      case ESTABLISHED -> stateOfConnection();
      case DEAD -> "CLOSED";
    };
  }

  private String stateOfConnection() {
    if (isDead()) {
      return "CLOSED";
    }
    if (!outputShut) {
      return inputEnded ? "CLOSE_WAIT" : "ESTABLISHED";
    }
    if (inputEnded) {
      return "LAST_ACK";
    }
    return finArrived ? "FIN_WAIT_2" : "FIN_WAIT_1";
  }

  long bytesSent() {
    return bytesSent;
  }

  long bytesReceived() {
    return bytesReceived;
  }

  // Sending.

  @Override
  long send(Message message, int flags) {
    if (message.name != 0 && state == State.NEW) {
      int fastOpen = world.constant(Constant.MSG_FASTOPEN, 0);
      boolean opens =
          fastOpen != 0 ? (flags & fastOpen) != 0 : number(SocketOption.TCP_FASTOPEN) != 0;
      Address target = world.addresses.read(message.name, message.nameLength);
      if (opens && target != null) {
        return connectWith(target, message.iov);
      }
    }
    return send(message.iov, null);
  }

  @Override
  void sendNothing() {
    push();
  }

  @Override
  int sendError() {
    if (world.has(Quirk.SEND_TAKES_ERROR) && pendingError != 0) {
      return takeError();
    }
    if (isOutputShut()) {
      return error(Errno.EPIPE);
    }
    if (pendingError != 0) {
      return takeError();
    }
    if (state == State.ESTABLISHED) {
      return 0;
    }
    boolean linux = world.has(Quirk.SEND_UNCONNECTED_IS_EPIPE);
    if (state == State.CONNECTING && linux) {
      return 0;
    }
    return error(linux ? Errno.EPIPE : Errno.ENOTCONN);
  }

  @Override
  long put(Iov from, long at, long length, Message control) {
    return state == State.ESTABLISHED ? put(from, at, length) : 0;
  }

  /** Takes bytes from a call, as many as there is room for. */
  private long put(Iov from, long at, long length) {
    long taken = 0;
    if (waitsForNothing()) {
      long delay = world.choices.delayNanos();
      if (delay <= 0) {
        taken = putDirectly(from, at, length);
      } else {
        taken = Math.max(0, Math.min(length, Math.min(sendSpace(), peer.room(0))));
        if (taken > 0) {
          buffer().add(from, at, (int) taken);
          inFlight += (int) taken;
          bytesSent += taken;
          TcpSocket to = peer;
          int segment = (int) taken;
          transmit(delay, () -> segmentArrived(to, segment));
        }
      }
    }
    while (taken < length && state != State.DEAD) {
      int room = sendSpace() - queued();
      if (room < Math.min(length - taken, leastRoom())) {
        break;
      }
      int part = (int) Math.min(room, length - taken);
      buffer().add(from, at + taken, part);
      taken += part;
      pump();
    }
    return taken;
  }

  /** Whether bytes can go to the peer's buffer without a stay in this one's. */
  private boolean waitsForNothing() {
    return state == State.ESTABLISHED
        && onWire == 0
        && queued() == 0
        && timer == null
        && !doubled
        && !isCorked()
        && !peer.refusesData()
        && !peer.discardsInput();
  }

  private long putDirectly(Iov from, long at, long length) {
    TcpSocket to = peer;
    int direct = (int) Math.min(length, Math.max(0, to.room(0)));
    if (direct > 0) {
      to.in.add(from, at, direct);
      bytesSent += direct;
      to.bytesReceived += direct;
      to.changed(true, false);
    }
    return direct;
  }

  private int queued() {
    return out == null ? 0 : out.size();
  }

  private Ring buffer() {
    if (out == null) {
      out = new Ring();
    }
    return out;
  }

  @Override
  boolean isWritable() {
    int room = sendSpace() - queued();
    return world.has(Quirk.WRITABLE_BY_A_THIRD)
        ? 2L * room >= queued() && room > 0
        : room >= leastRoom();
  }

  @Override
  boolean pollsWritable() {
    return isOutputShut() || isWritable();
  }

  @Override
  long room() {
    return Math.max(0, sendSpace() - queued());
  }

  // Receiving.

  @Override
  long read(Iov into) {
    return receive(into, false);
  }

  @Override
  long receive(Message message, int flags) {
    message.nameLength = 0;
    message.controlLength = 0;
    return receive(message.iov, (flags & world.constant(Constant.MSG_PEEK, 0)) != 0);
  }

  private long receive(Iov into, boolean peek) {
    int ready = awaitInput(into);
    return ready > 0 ? take(into, peek) : ready;
  }

  @Override
  boolean endsBeforeError() {
    return inputEnded && world.has(Quirk.RESET_AFTER_END_IS_EPIPE);
  }

  @Override
  int receiveError() {
    boolean unconnected = state == State.NEW || state == State.LISTENING;
    return unconnected ? error(Errno.ENOTCONN) : 0;
  }

  private long take(Iov into, boolean peek) {
    int length = part(into);
    in.copy(into, 0, length);
    if (!peek) {
      in.skip(length);
      if (peer != null) {
        peer.pump();
      }
    }
    return length;
  }

  // Ending.

  @Override
  int shutdown(boolean read, boolean write) {
    boolean connected = (state == State.ESTABLISHED || state == State.CONNECTING) && !isDead();
    if (!connected && !world.has(Quirk.SHUTDOWN_WITHOUT_CONNECTION)) {
      return error(Errno.ENOTCONN);
    }
    if (read && isInputShut() && world.has(Quirk.SHUTDOWN_OF_ENDED_INPUT_FAILS)) {
      return error(Errno.ENOTCONN);
    }
    if (read) {
      inputShut = true;
      if (discardsInput()) {
        in.clear();
      }
    }
    if (write) {
      outputShut = true;
    }
    changed(read, write);
    if (peer != null) {
      pump();
      if (read && peer != null) {
        peer.pump();
      }
    }
    return 0;
  }

  @Override
  void closed() {
    closed = true;
    if (bound) {
      world.network.release(this, local);
    }
    switch (state) {
      case LISTENING -> closeQueue();
      case CONNECTING -> reset();
      case ESTABLISHED -> closeConnection();
      default -> freePort();
    }
  }

  private void closeQueue() {
    state = State.DEAD;
    for (TcpSocket connection : queue.drain()) {
      connection.listener = null;
      if (connection.state != State.DEAD) {
        connection.reset();
      }
      connection.discard();
    }
  }

  private void closeConnection() {
    boolean unread = !in.isEmpty() && world.has(Quirk.UNREAD_BYTES_RESET);
    in.clear();
    if (resetsOnClose() || unread) {
      reset();
      return;
    }
    outputShut = true;
    cancelTimer();
    pump();
    if (peer != null) {
      // What the peer could not send comes now, and is answered with a reset.
      peer.pump();
    }
    bothEnded();
  }

  @Override
  String describe() {
    return "TCP socket "
        + localName()
        + (remote == null ? "" : " to " + remote)
        + ", "
        + state
        + ", "
        + in.size()
        + " bytes unread";
  }
}
