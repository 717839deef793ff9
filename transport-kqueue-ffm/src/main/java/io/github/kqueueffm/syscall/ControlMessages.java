package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Writes and reads control messages (struct cmsghdr and the data after it) with one platform's
 * alignment. Addresses of messages are native, and 0 means none. Lengths are in bytes.
 *
 * <p>Immutable; may be used from any thread.
 */
public final class ControlMessages {
  private static final int IPV4 = 4;
  private static final int IPV6 = 16;

  private final Platform platform;
  private final int align;
  private final int lengthWidth;
  private final int level;
  private final int type;
  private final int head;

  public ControlMessages(Platform platform) {
    this.platform = platform;
    Struct header = platform.struct("cmsghdr");
    align = platform.get(Constant.CMSG_ALIGN);
    lengthWidth = header.width("cmsg_len");
    level = header.offset("cmsg_level");
    type = header.offset("cmsg_type");
    head = aligned(header.size());
  }

  private int aligned(int length) {
    return length + align - 1 & -align;
  }

  /** {@return the value of cmsg_len for that many bytes of data (CMSG_LEN)} */
  public int length(int data) {
    return head + data;
  }

  /** {@return the bytes that a message with that many bytes of data takes (CMSG_SPACE)} */
  public int space(int data) {
    return head + aligned(data);
  }

  /**
   * Writes a message's header.
   *
   * @param message address of the message: the start of the control buffer, or the start of the
   *     previous message plus its {@link #space}
   * @return the address for the data
   */
  public long put(long message, int level, int type, int data) {
    Memory.put(message, lengthWidth, length(data));
    Memory.putInt(message + this.level, level);
    Memory.putInt(message + this.type, type);
    return message + head;
  }

  /** {@return the first message of a control buffer that holds that many bytes, or 0} */
  public long first(long control, long length) {
    return isWhole(control, control + length) ? control : 0;
  }

  /** {@return the next message, or 0} */
  public long next(long control, long length, long message) {
    long end = control + length;
    // A length beyond the buffer's end belongs to a truncated message, which is the last.
    if (lengthOf(message) > end - message) {
      return 0;
    }
    long next = message + aligned((int) lengthOf(message));
    return isWhole(next, end) ? next : 0;
  }

  /** With a length below the header's the iteration would never end. */
  private boolean isWhole(long message, long end) {
    return end - message >= head && lengthOf(message) >= head;
  }

  private long lengthOf(long message) {
    return Memory.getUnsigned(message, lengthWidth);
  }

  public int level(long message) {
    return Memory.getInt(message + level);
  }

  public int type(long message) {
    return Memory.getInt(message + type);
  }

  /** {@return the address of a message's data} */
  public long data(long message) {
    return message + head;
  }

  /** {@return the bytes of data that a message has in a control buffer of that length} */
  public int dataLength(long control, long length, long message) {
    return (int) (Math.min(lengthOf(message), control + length - message) - head);
  }

  /** Whether it carries descriptors (SCM_RIGHTS), each an int of the data. */
  public boolean isDescriptors(long message) {
    return level(message) == platform.get(Constant.SOL_SOCKET)
        && type(message) == platform.get(Constant.SCM_RIGHTS);
  }

  /**
   * Writes one message that carries descriptors.
   *
   * @return the bytes that it takes
   */
  public int putDescriptors(long message, int... descriptors) {
    int bytes = descriptors.length * Integer.BYTES;
    long data =
        put(message, platform.get(Constant.SOL_SOCKET), platform.get(Constant.SCM_RIGHTS), bytes);
    for (int descriptor : descriptors) {
      Memory.putInt(data, descriptor);
      data += Integer.BYTES;
    }
    return space(bytes);
  }

  /**
   * Writes one message that says into which datagrams a buffer is cut (UDP_SEGMENT).
   *
   * @param size bytes of each, but for the last
   * @return the bytes that it takes
   */
  public int putSegmentSize(long message, int size) {
    long data =
        put(
            message,
            platform.get(Constant.IPPROTO_UDP),
            platform.get(Constant.UDP_SEGMENT),
            Short.BYTES);
    Memory.putShort(data, size);
    return space(Short.BYTES);
  }

  /**
   * {@return the bytes of each datagram in the buffer that was received, but for the last
   * (UDP_GRO), or 0 if this message does not say it}
   */
  public int segmentSize(long control, long length, long message) {
    return level(message) == platform.getOr(Constant.IPPROTO_UDP, 0)
            && is(message, Constant.UDP_GRO)
            && dataLength(control, length, message) >= Integer.BYTES
        ? Memory.getInt(data(message))
        : 0;
  }

  /**
   * {@return the address to which a datagram was sent (in_pktinfo, in6_pktinfo or IP_RECVDSTADDR),
   * or {@code null} if this message does not contain one}
   */
  public InetAddress destination(long control, long length, long message) {
    int room = dataLength(control, length, message);
    if (level(message) == platform.get(Constant.IPPROTO_IPV6)) {
      Struct info = platform.struct("in6_pktinfo");
      return is(message, Constant.IPV6_PKTINFO) && room >= info.size()
          ? ip(data(message) + info.offset("ipi6_addr"), IPV6)
          : null;
    }
    if (level(message) != platform.get(Constant.IPPROTO_IP)) {
      return null;
    }
    if (platform.hasStruct("in_pktinfo") && is(message, Constant.IP_PKTINFO)) {
      Struct info = platform.struct("in_pktinfo");
      return room >= info.size() ? ip(data(message) + info.offset("ipi_addr"), IPV4) : null;
    }
    return is(message, Constant.IP_RECVDSTADDR) && room >= IPV4 ? ip(data(message), IPV4) : null;
  }

  private boolean is(long message, Constant type) {
    return platform.has(type) && type(message) == platform.get(type);
  }

  private static InetAddress ip(long address, int width) {
    byte[] bytes = new byte[width];
    Memory.copy(address, bytes, 0, width);
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError(width + " bytes are an address", e);
    }
  }
}
