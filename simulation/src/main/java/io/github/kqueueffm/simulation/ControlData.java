package io.github.kqueueffm.simulation;

import static io.github.kqueueffm.abi.Constant.IPPROTO_IP;
import static io.github.kqueueffm.abi.Constant.IPPROTO_IPV6;
import static io.github.kqueueffm.abi.Constant.IPPROTO_UDP;
import static io.github.kqueueffm.abi.Constant.IPV6_PKTINFO;
import static io.github.kqueueffm.abi.Constant.IP_PKTINFO;
import static io.github.kqueueffm.abi.Constant.IP_RECVDSTADDR;
import static io.github.kqueueffm.abi.Constant.MSG_CMSG_CLOEXEC;
import static io.github.kqueueffm.abi.Constant.MSG_CTRUNC;
import static io.github.kqueueffm.abi.Constant.SCM_RIGHTS;
import static io.github.kqueueffm.abi.Constant.SOL_SOCKET;
import static io.github.kqueueffm.abi.Constant.UDP_GRO;
import static io.github.kqueueffm.abi.Constant.UDP_SEGMENT;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.Memory;
import java.util.ArrayList;
import java.util.List;

/** Control messages in a platform's layout: descriptors that are passed, destination addresses. */
final class ControlData {
  private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

  private final World world;
  private final Platform platform;
  private final Struct header;
  private final int align;

  ControlData(World world) {
    this.world = world;
    platform = world.platform;
    header = platform.struct("cmsghdr");
    align = platform.get(Constant.CMSG_ALIGN);
  }

  private int aligned(long length) {
    return (int) (length + align - 1) & -align;
  }

  /** {@return the bytes before the data of a message} */
  private int head() {
    return aligned(header.size());
  }

  /**
   * {@return the files whose descriptors a message that is sent carries, each held once; {@code
   * null} if one is not open (EBADF)}
   */
  List<OpenFile> rights(Message message) {
    List<OpenFile> files = List.of();
    long at = message.control;
    long end = message.control + message.controlLength;
    while (at != 0 && end - at >= head()) {
      long length = Memory.getUnsigned(at, header.width("cmsg_len"));
      if (length < head()) {
        break;
      }
      if (isRights(at)) {
        files = add(files, at + head(), (int) (Math.min(length, end - at) - head()));
        if (files == null) {
          return null;
        }
      }
      at += aligned(length);
    }
    return files;
  }

  /**
   * {@return into datagrams of how many bytes a message that is sent is cut (UDP_SEGMENT), or 0}
   */
  int segment(Message message) {
    long at = message.control;
    boolean whole = at != 0 && message.controlLength >= head() + Short.BYTES;
    return whole
            && platform.has(UDP_SEGMENT)
            && Memory.getInt(at + header.offset("cmsg_level")) == platform.get(IPPROTO_UDP)
            && Memory.getInt(at + header.offset("cmsg_type")) == platform.get(UDP_SEGMENT)
        ? Memory.getShort(at + head()) & 0xffff
        : 0;
  }

  /** Adds the control message that says for which datagrams one stands (UDP_GRO). */
  void segment(Message message, int size) {
    if (message.control == 0
        || message.controlRoom - message.controlLength < head() + Integer.BYTES) {
      message.flags |= platform.get(MSG_CTRUNC);
      return;
    }
    Memory.putInt(
        put(message, platform.get(IPPROTO_UDP), platform.get(UDP_GRO), Integer.BYTES), size);
  }

  private boolean isRights(long message) {
    return Memory.getInt(message + header.offset("cmsg_level")) == platform.get(SOL_SOCKET)
        && Memory.getInt(message + header.offset("cmsg_type")) == platform.get(SCM_RIGHTS);
  }

  private List<OpenFile> add(List<OpenFile> before, long data, int bytes) {
    List<OpenFile> files = new ArrayList<>(before);
    for (int i = 0; i < bytes / Integer.BYTES; i++) {
      OpenFile file = world.descriptors.get(Memory.getInt(data + (long) i * Integer.BYTES));
      if (file == null) {
        files.forEach(OpenFile::drop);
        return null;
      }
      file.hold();
      files.add(file);
    }
    return files;
  }

  /** {@return the errno with which a message of so many descriptors is not sent, or 0} */
  int refusal(Message message) {
    int most = world.quirks.number(Quirk.MOST_DESCRIPTORS, 512);
    long bytes = message.controlLength - head();
    return bytes / Integer.BYTES > most ? world.error(Errno.EINVAL) : 0;
  }

  /**
   * Installs received files under descriptors and writes their control message; what does not fit
   * is dropped, with MSG_CTRUNC or as the system does.
   *
   * @param files each held once; this takes the hold over
   * @param flags of the call, among them MSG_CMSG_CLOEXEC
   * @return 0, or the negative errno with which the call fails
   */
  int deliver(Message message, List<OpenFile> files, int flags) {
    int room = Math.max(0, (int) (message.controlRoom - message.controlLength) - head());
    int fit = Math.min(files.size(), room / Integer.BYTES);
    int install = fit;
    int result = 0;
    if (world.has(Quirk.DESCRIPTORS_LEAK) && message.control != 0) {
      install = files.size();
    } else if (fit < files.size() && world.has(Quirk.NO_ROOM_FOR_DESCRIPTORS_FAILS)) {
      result = world.error(Errno.EMSGSIZE);
    } else if (fit < files.size() && !world.has(Quirk.DESCRIPTORS_IN_PART)) {
      install = 0;
    }
    List<Integer> numbers = result == 0 ? install(files, install, flags) : List.of();
    if (numbers == null) {
      result = world.error(Errno.EMSGSIZE);
    } else if (result == 0) {
      write(message, numbers, Math.min(fit, numbers.size()), files.size());
    }
    files.forEach(OpenFile::drop);
    return result;
  }

  /** {@return their descriptors, or {@code null} if not all of them get one} */
  private List<Integer> install(List<OpenFile> files, int count, int flags) {
    boolean cloexec =
        (flags & platform.getOr(MSG_CMSG_CLOEXEC, 0)) != 0
            && !world.has(Quirk.CMSG_CLOEXEC_IGNORED);
    List<Integer> numbers = new ArrayList<>(count);
    for (OpenFile file : files.subList(0, count)) {
      int fd = world.descriptors.free();
      if (fd < 0 && !world.has(Quirk.DESCRIPTORS_IN_PART)) {
        numbers.forEach(world.descriptors::close);
        return null;
      }
      if (fd < 0) {
        break;
      }
      world.descriptors.put(fd, file, cloexec);
      numbers.add(fd);
    }
    return numbers;
  }

  private void write(Message message, List<Integer> numbers, int delivered, int sent) {
    if (delivered < sent && (message.control != 0 || world.has(Quirk.DESCRIPTORS_IN_PART))) {
      message.flags |= platform.get(MSG_CTRUNC);
    }
    if (delivered > 0) {
      long data =
          put(
              message,
              platform.get(SOL_SOCKET),
              platform.get(SCM_RIGHTS),
              delivered * Integer.BYTES);
      for (int i = 0; i < delivered; i++) {
        Memory.putInt(data + (long) i * Integer.BYTES, numbers.get(i));
      }
    }
  }

  /** Adds a control message for which there is room; returns where its data goes. */
  private long put(Message message, int level, int type, int bytes) {
    long at = message.control + message.controlLength;
    Memory.put(at, header.width("cmsg_len"), head() + bytes);
    Memory.putInt(at + header.offset("cmsg_level"), level);
    Memory.putInt(at + header.offset("cmsg_type"), type);
    message.controlLength =
        Math.min(message.controlRoom, message.controlLength + head() + aligned(bytes));
    return at + head();
  }

  /**
   * Adds the control message that says to which address a datagram was sent.
   *
   * @param v6 whether in the form of IPv6
   * @param info whether a form of IPv4 with the interface is asked for (IP_PKTINFO)
   */
  void destination(Message message, Address to, boolean v6, boolean info, int interfaceIndex) {
    Struct struct =
        v6 ? platform.struct("in6_pktinfo") : info ? platform.struct("in_pktinfo") : null;
    int bytes = struct == null ? to.bytes().length : struct.size();
    if (message.control == 0 || message.controlRoom - message.controlLength < head() + bytes) {
      message.flags |= platform.get(MSG_CTRUNC);
      return;
    }
    Constant type = v6 ? IPV6_PKTINFO : info ? IP_PKTINFO : IP_RECVDSTADDR;
    long data =
        put(message, platform.get(v6 ? IPPROTO_IPV6 : IPPROTO_IP), platform.get(type), bytes);
    if (struct == null) {
      Memory.copy(to.bytes(), 0, data, bytes);
      return;
    }
    Memory.clear(data, bytes);
    String index = v6 ? "ipi6_ifindex" : "ipi_ifindex";
    Memory.put(data + struct.offset(index), struct.width(index), interfaceIndex);
    putIp(to, data + struct.offset(v6 ? "ipi6_addr" : "ipi_addr"), v6);
  }

  private static void putIp(Address to, long memory, boolean v6) {
    byte[] bytes = to.bytes();
    boolean mapped = v6 && bytes.length == 4;
    if (mapped) {
      Memory.copy(MAPPED, 0, memory, MAPPED.length);
    }
    Memory.copy(bytes, 0, memory + (mapped ? MAPPED.length : 0), bytes.length);
  }
}
