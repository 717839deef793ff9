package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.Memory;

/** The options that say who is at the other end of a local socket. */
final class PeerOptions {
  private PeerOptions() {}

  /** {@return the bytes that were written, or the negative errno} */
  static int get(SocketFile socket, SocketOption option, long value, int room) {
    Credentials peer = socket.peerCredentials();
    Platform platform = socket.world.platform;
    if (peer == null && socket.world.has(Quirk.NO_PEER_IS_NO_ERROR)) {
      peer = new Credentials(0, -1, -1);
    }
    if (peer == null) {
      return socket.error(Errno.ENOTCONN);
    }
    if (socket.world.has(Quirk.PROCESS_NUMBER)) {
      int number = socket.world.quirks.number(Quirk.PROCESS_NUMBER, 0);
      peer = new Credentials(number, peer.uid(), peer.gid());
    }
    return switch (option) {
      case LOCAL_PEERPID ->
          socket.hasPeer() ? socket.answer(value, room, peer.pid()) : socket.error(Errno.ENOTCONN);
      case LOCAL_PEERCRED ->
          xucred(platform.struct("xucred"), peer, shownProcess(socket, peer), value, room);
      case LOCAL_PEEREID ->
          plain(platform.struct("unpcbid"), "unp_pid", "unp_euid", "unp_egid", peer, value, room);
      default ->
          plain(
              platform.struct(platform.hasStruct("sockpeercred") ? "sockpeercred" : "ucred"),
              "pid",
              "uid",
              "gid",
              peer,
              value,
              room);
    };
  }

  private static int shownProcess(SocketFile socket, Credentials peer) {
    return socket.world.has(Quirk.PEER_WITHOUT_PROCESS) ? 0 : peer.pid();
  }

  private static int plain(
      Struct struct, String pid, String uid, String gid, Credentials peer, long value, int room) {
    if (room < struct.size()) {
      return 0;
    }
    Memory.putInt(value + struct.offset(pid), peer.pid());
    Memory.putInt(value + struct.offset(uid), peer.uid());
    Memory.putInt(value + struct.offset(gid), peer.gid());
    return struct.size();
  }

  private static int xucred(Struct struct, Credentials peer, int pid, long value, int room) {
    if (room < struct.size()) {
      return 0;
    }
    Memory.clear(value, struct.size());
    Memory.putInt(value + struct.offset("cr_uid"), peer.uid());
    Memory.putShort(value + struct.offset("cr_ngroups"), 1);
    Memory.putInt(value + struct.offset("cr_groups"), peer.gid());
    if (struct.has("cr_pid")) {
      Memory.putInt(value + struct.offset("cr_pid"), pid);
    }
    return struct.size();
  }
}
