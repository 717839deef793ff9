package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Errno;
import java.util.ArrayList;
import java.util.List;

/** A local datagram socket. Nothing that was sent is lost: a full receiver refuses it. */
final class LocalDatagram extends DatagramSocket {
  private static final int RECEIVE_SPACE = 4_096;
  private static final int SEND_SPACE = 2_048;

  /** Datagrams of any size that a receiver's queue has room for, by its count of buffers. */
  private static final int QUEUED = 64;

  private Address name;
  private LocalDatagram peer;

  /** Its last descriptor is closed. */
  private boolean closed;

  /** Blocking senders that wait for room; made when one does. */
  private WaitQueue waiting;

  /** It is an end of a socketpair. */
  private boolean paired;

  /** Those that are connected to this one; made when one is. */
  private List<LocalDatagram> senders;

  LocalDatagram(World world) {
    super(
        world,
        Family.LOCAL,
        Math.max(RECEIVE_SPACE, world.quirks.number(Quirk.LOCAL_DATAGRAM_SPACE, 0)),
        world.quirks.number(Quirk.LOCAL_DATAGRAM_SPACE, SEND_SPACE));
  }

  static OpenFile[] pair(World world) {
    LocalDatagram one = new LocalDatagram(world);
    LocalDatagram other = new LocalDatagram(world);
    one.peer(other);
    other.peer(one);
    one.paired = true;
    other.paired = true;
    return new OpenFile[] {one, other};
  }

  @Override
  boolean isBound() {
    return name != null;
  }

  @Override
  boolean isConnected() {
    return peer != null;
  }

  @Override
  Credentials peerCredentials() {
    return paired && world.has(Quirk.NO_PEER_IS_NO_ERROR) ? Credentials.own() : null;
  }

  @Override
  Address localName() {
    return name == null ? Address.unnamed() : name;
  }

  @Override
  Address peerName() {
    if (peer == null) {
      world.nameError = error(Errno.ENOTCONN);
      return null;
    }
    return peer.localName();
  }

  @Override
  int bind(Address address) {
    if (name != null) {
      return error(Errno.EINVAL);
    }
    if (address.kind() != Address.Kind.LOCAL) {
      return error(Errno.EAFNOSUPPORT);
    }
    int result = world.network.localNames.bind(this, address);
    name = result == 0 ? address : null;
    return result;
  }

  @Override
  int listen(int backlog) {
    return error(Errno.EOPNOTSUPP);
  }

  @Override
  int accept(Accepted result) {
    return error(Errno.EOPNOTSUPP);
  }

  @Override
  int connect(Address address) {
    boolean unspecified = address.kind() == Address.Kind.UNSPECIFIED;
    if (unspecified || !world.has(Quirk.FAILED_CONNECT_KEEPS_PEER)) {
      peer(null);
    }
    if (unspecified) {
      return world.has(Quirk.UNSPEC_DISCONNECTS) ? 0 : error(Errno.EAFNOSUPPORT);
    }
    LocalDatagram target = find(address);
    if (target == null) {
      return world.network.refusal();
    }
    peer(target);
    return 0;
  }

  private void peer(LocalDatagram other) {
    if (peer != null) {
      peer.senders.remove(this);
    }
    peer = other;
    if (other != null) {
      if (other.senders == null) {
        other.senders = new ArrayList<>(1);
      }
      other.senders.add(this);
    }
  }

  /** {@return the socket of a name, or {@code null} with the errno in {@link Network#refusal()}} */
  private LocalDatagram find(Address address) {
    if (address == null || address.kind() != Address.Kind.LOCAL) {
      return world.network.refuse(address == null ? Errno.EINVAL : Errno.EAFNOSUPPORT);
    }
    SocketFile found = world.network.localNames.find(address);
    if (found == null) {
      return world.network.refuse(world.platform.errno(-world.network.localNames.error));
    }
    return found instanceof LocalDatagram target ? target : world.network.refuse(Errno.EPROTOTYPE);
  }

  // Sending.

  @Override
  long send(Iov from, Message message) {
    while (true) {
      int error = sendError();
      if (error < 0) {
        return error;
      }
      if (from.total() > sendSpace() - world.quirks.number(Quirk.LOCAL_DATAGRAM_OVERHEAD, 0)) {
        return error(Errno.EMSGSIZE);
      }
      LocalDatagram target = target(message);
      if (target == null) {
        return world.network.refusal();
      }
      if (target.closed) {
        peer(null);
        return error(Errno.ECONNREFUSED);
      }
      if (target.takes(from, this)) {
        return deliver(target, from, message);
      }
      if (!world.has(Quirk.FULL_RECEIVER_BLOCKS)) {
        return error(Errno.ENOBUFS);
      }
      if (nonBlocking) {
        return error(Errno.EAGAIN);
      }
      target.awaitRoom();
    }
  }

  private LocalDatagram target(Message message) {
    if (message != null && message.name != 0) {
      if (peer != null && !world.has(Quirk.CONNECTED_SENDS_ANYWHERE)) {
        return world.network.refuse(Errno.EISCONN);
      }
      return find(world.addresses.read(message.name, message.nameLength));
    }
    return peer == null ? world.network.refuse(noPeer()) : peer;
  }

  private Errno noPeer() {
    return world.has(Quirk.LOCAL_SEND_WITHOUT_PEER) ? Errno.ENOTCONN : Errno.EDESTADDRREQ;
  }

  private boolean takes(Iov from, LocalDatagram sender) {
    return queued() < most(sender) && from.total() + nameSize(sender.localName()) <= room();
  }

  private void awaitRoom() {
    if (waiting == null) {
      waiting = new WaitQueue();
    }
    world.sleep(waiting, Long.MAX_VALUE);
  }

  private long deliver(LocalDatagram target, Iov from, Message message) {
    List<OpenFile> files =
        message != null && message.controlLength > 0
            ? world.controlData.rights(message)
            : List.of();
    if (files == null) {
      return error(Errno.EBADF);
    }
    byte[] content = content(from);
    if (target.isInputShut()) {
      files.forEach(OpenFile::drop);
      return world.has(Quirk.FULL_RECEIVER_BLOCKS) ? error(Errno.EPIPE) : error(Errno.ENOBUFS);
    }
    target.enqueue(new Datagram(content, localName(), null, 0, files));
    return content.length;
  }

  @Override
  boolean isWritable() {
    if (peer == null) {
      return true;
    }
    int most = peer.most(this);
    return peer.peer == this ? 4 * peer.queued() <= most : peer.queued() < most;
  }

  private int most(LocalDatagram sender) {
    int most = world.quirks.number(Quirk.LOCAL_DATAGRAMS_QUEUED, QUEUED);
    return peer == sender ? world.quirks.number(Quirk.MUTUAL_DATAGRAMS_QUEUED, most) : most;
  }

  @Override
  void roomGrew() {
    if (!world.has(Quirk.FULL_RECEIVER_BLOCKS)) {
      return;
    }
    if (waiting != null) {
      world.pace.wake(waiting);
    }
    for (int i = 0; senders != null && i < senders.size(); i++) {
      senders.get(i).changed(false, true);
    }
  }

  @Override
  int putControl(Message message, Datagram datagram, int flags) {
    return datagram.files().isEmpty()
        ? 0
        : world.controlData.deliver(message, datagram.files(), flags);
  }

  @Override
  void closed() {
    closed = true;
    dropDatagrams();
    peer(null);
    if (name != null) {
      world.network.localNames.unbind(this, name);
    }
    if (senders != null && !world.has(Quirk.CLOSED_RECEIVER_REFUSES)) {
      List.copyOf(senders).forEach(LocalDatagram::lost);
    }
    if (waiting != null) {
      world.pace.wake(waiting);
    }
  }

  /** Its receiver was closed. */
  private void lost() {
    peer(null);
    fail(Errno.ECONNRESET);
    changed(true, true);
  }

  @Override
  String describe() {
    return "local datagram socket " + localName();
  }
}
