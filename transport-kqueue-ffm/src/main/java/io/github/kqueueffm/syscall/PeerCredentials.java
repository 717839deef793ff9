package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import java.io.IOException;

/** The process and user at the other end of a local socket when that end connected. Immutable. */
public final class PeerCredentials {
  /** XUCRED_VERSION of every system that has struct xucred. */
  private static final int XUCRED_VERSION = 0;

  /** Linux's user of a socket without a peer, for which it has no errno. */
  private static final int NO_USER = -1;

  private final int pid;
  private final int uid;
  private final int[] gids;

  private PeerCredentials(int pid, int uid, int... gids) {
    this.pid = pid;
    this.uid = uid;
    this.gids = gids;
  }

  /**
   * {@return the process; 0 if the system does not report it (DragonFly, FreeBSD before 13) or if,
   * on macOS, the peer has closed} On macOS it is the process that last used the other end.
   */
  public int pid() {
    return pid;
  }

  /** {@return its effective user} */
  public int uid() {
    return uid;
  }

  /** {@return its effective group first, then further groups if the system reports them} */
  public int[] gids() {
    return gids.clone();
  }

  /**
   * Reads the credentials with the option that the system has for them.
   *
   * @throws UnsupportedOperationException if the socket is not a local one
   */
  public static PeerCredentials of(KernelSocket socket) throws IOException {
    Platform platform = socket.kernel().platform();
    if (socket.family() != platform.get(Constant.AF_UNIX)) {
      throw new UnsupportedOperationException(
          refusal(socket, "it is not local (AF_UNIX)", "ask a channel of a local socket"));
    }
    if (platform.has(Constant.LOCAL_PEERCRED)) {
      return xucred(socket, platform);
    }
    if (platform.has(Constant.LOCAL_PEEREID)) {
      // NetBSD answers ENOPROTOOPT on another level.
      return plain(
          socket,
          Constant.SOL_LOCAL,
          Constant.LOCAL_PEEREID,
          "unpcbid",
          "unp_pid",
          "unp_euid",
          "unp_egid");
    }
    String struct = platform.hasStruct("sockpeercred") ? "sockpeercred" : "ucred";
    return plain(socket, Constant.SOL_SOCKET, Constant.SO_PEERCRED, struct, "pid", "uid", "gid");
  }

  private static PeerCredentials plain(
      KernelSocket socket,
      Constant level,
      Constant option,
      String struct,
      String pid,
      String uid,
      String gid)
      throws IOException {
    Struct layout = socket.kernel().platform().struct(struct);
    long memory = NativeMemory.allocate(layout.size());
    try {
      read(socket, level, option, memory, layout);
      int user = Memory.getInt(memory + layout.offset(uid));
      if (user == NO_USER) {
        throw new IOException(refusal(socket, "it has no peer", "connect it first"));
      }
      return new PeerCredentials(
          Memory.getInt(memory + layout.offset(pid)),
          user,
          Memory.getInt(memory + layout.offset(gid)));
    } finally {
      NativeMemory.free(memory);
    }
  }

  private static PeerCredentials xucred(KernelSocket socket, Platform platform) throws IOException {
    Struct layout = platform.struct("xucred");
    long memory = NativeMemory.allocate(layout.size());
    try {
      read(socket, Constant.SOL_LOCAL, Constant.LOCAL_PEERCRED, memory, layout);
      int version = Memory.getInt(memory + layout.offset("cr_version"));
      if (version != XUCRED_VERSION) {
        throw new IOException(
            refusal(
                socket,
                "struct xucred has the unknown version " + version,
                "use another way to know the peer, such as the permissions of the socket file"));
      }
      int[] gids = groups(memory, layout);
      return new PeerCredentials(
          pid(socket, platform, memory, layout),
          Memory.getInt(memory + layout.offset("cr_uid")),
          gids);
    } finally {
      NativeMemory.free(memory);
    }
  }

  private static String refusal(KernelSocket socket, String reason, String remedy) {
    return Failures.refusal("read the peer credentials of", socket, reason, remedy);
  }

  private static int[] groups(long memory, Struct layout) {
    int most = layout.width("cr_groups") / Integer.BYTES;
    int count = Memory.getShort(memory + layout.offset("cr_ngroups"));
    int[] gids = new int[Math.clamp(count, 0, most)];
    for (int i = 0; i < gids.length; i++) {
      gids[i] = Memory.getInt(memory + layout.offset("cr_groups") + (long) i * Integer.BYTES);
    }
    return gids;
  }

  private static int pid(KernelSocket socket, Platform platform, long memory, Struct layout)
      throws IOException {
    if (platform.has(Constant.LOCAL_PEERPID)) {
      // When the peer closes, Darwin forgets the process but not the user.
      return socket.getIntOr(Constant.SOL_LOCAL, Constant.LOCAL_PEERPID, Errno.ENOTCONN, 0);
    }
    return layout.has("cr_pid") ? Memory.getInt(memory + layout.offset("cr_pid")) : 0;
  }

  private static void read(
      KernelSocket socket, Constant level, Constant option, long memory, Struct layout)
      throws IOException {
    Platform platform = socket.kernel().platform();
    // DragonFly has the option and no name for its level, which is 0 on all systems.
    int number = level == Constant.SOL_LOCAL ? platform.getOr(level, 0) : platform.get(level);
    int filled = socket.getBytes(number, platform.get(option), memory, layout.size());
    if (filled < layout.size()) {
      throw new IOException(
          level
              + "/"
              + option
              + " gave "
              + filled
              + " bytes of struct "
              + layout.name()
              + ", which has "
              + layout.size());
    }
  }
}
