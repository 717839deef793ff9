package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import java.math.BigDecimal;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;
import java.util.function.IntFunction;

/**
 * Structures that a call's arguments point to, in words. It reads what the call itself reads or has
 * written, and no byte of what is sent or received.
 */
final class TraceMemory {
  /** The most elements of an array in a line. */
  private static final int MOST = 32;

  private static final int LONGEST_PATH = 1024;
  private static final int LONGEST_VALUE = 32;
  private static final int NANO_DIGITS = 9;

  private final Platform platform;
  private final TraceNames names;
  private final Sockaddr sockaddr;
  private final Timespec timespecs;

  TraceMemory(Platform platform, TraceNames names) {
    this.platform = platform;
    this.names = names;
    sockaddr = Sockaddr.of(platform);
    timespecs = new Timespec(platform);
  }

  private static String list(int count, IntFunction<String> element) {
    StringJoiner list = new StringJoiner(", ", "[", "]");
    for (int i = 0; i < Math.min(count, MOST); i++) {
      list.add(element.apply(i));
    }
    if (count > MOST) {
      list.add("and " + (count - MOST) + " more");
    }
    return list.toString();
  }

  static String pointer(long address) {
    return address == 0 ? "NULL" : "0x" + Long.toHexString(address);
  }

  /** {@return an address and a port, a path, or the family of another address} */
  String address(long memory, int length) {
    if (memory == 0) {
      return "NULL";
    }
    int family = length < Short.BYTES ? -1 : sockaddr.family(memory);
    if (length < Short.BYTES || names.family(family).equals("AF_UNSPEC")) {
      return length < Short.BYTES ? "\"\"" : "AF_UNSPEC";
    }
    if (names.family(family).equals("AF_UNIX")) {
      String path = UnixAddress.of(sockaddr.getPath(memory, length)).toString();
      return '"' + TraceNames.printable(path) + '"';
    }
    SocketAddress inet = sockaddr.get(memory, length);
    return inet == null ? names.family(family) : text((InetSocketAddress) inet);
  }

  private static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.indexOf(':') < 0 ? host : '[' + host + ']') + ':' + address.getPort();
  }

  /** {@return the time of a struct timespec} */
  String timeout(long timespec) {
    return timespec == 0 ? "NULL (for ever)" : seconds(timespec);
  }

  private String seconds(long timespec) {
    return BigDecimal.valueOf(timespecs.get(timespec, Long.MAX_VALUE), NANO_DIGITS)
            .stripTrailingZeros()
            .toPlainString()
        + " s";
  }

  /** {@return the it_value of a struct itimerspec} */
  String timer(long itimerspec) {
    return seconds(itimerspec + platform.struct("itimerspec").offset("it_value"));
  }

  String kevents(KeventLayout layout, long memory, int count) {
    return list(count, i -> kevent(layout, memory + (long) i * layout.size()));
  }

  private String kevent(KeventLayout layout, long at) {
    int filter = layout.filter(at);
    int flags = layout.flags(at);
    StringJoiner fields = new StringJoiner(", ", "{", "}");
    fields.add("ident=" + layout.ident(at));
    fields.add("filter=" + names.filter(filter));
    fields.add("flags=" + names.keventFlags(flags));
    if (layout.fflags(at) != 0) {
      fields.add("fflags=" + names.fflags(filter, flags, layout.fflags(at)));
    }
    if (layout.data(at) != 0) {
      long data = layout.data(at);
      fields.add("data=" + (names.isAnswer(flags) ? names.errno((int) data) : data));
    }
    if (layout.udata(at) != 0) {
      fields.add("udata=" + pointer(layout.udata(at)));
    }
    return fields.toString();
  }

  String epollEvents(long memory, int count) {
    int size = platform.struct("epoll_event").size();
    return list(count, i -> epollEvent(memory + (long) i * size));
  }

  String epollEvent(long at) {
    if (at == 0) {
      return "NULL";
    }
    Struct struct = platform.struct("epoll_event");
    return "{events="
        + names.epollMask(Memory.getInt(at + struct.offset("events")))
        + ", data="
        + token(Memory.getLong(at + struct.offset("data")))
        + '}';
  }

  /** {@return a descriptor in decimals, or any other number of a caller} */
  private static String token(long data) {
    return data == (int) data ? Long.toString(data) : pointer(data);
  }

  static String ints(long memory, int count) {
    return list(count, i -> Integer.toString(Memory.getInt(memory + (long) i * Integer.BYTES)));
  }

  /** {@return the path that ends with a byte 0} */
  static String path(long memory) {
    int length = 0;
    while (length < LONGEST_PATH && Memory.getByte(memory + length) != 0) {
      length++;
    }
    byte[] bytes = new byte[length];
    Memory.copy(memory, bytes, 0, length);
    return '"' + TraceNames.printable(new String(bytes, StandardCharsets.UTF_8)) + '"';
  }

  /** {@return a number of 4 or 8 bytes, or how long something else is} */
  static String number(long address, long width) {
    return width == Integer.BYTES || width == Long.BYTES
        ? Long.toString(Memory.getUnsigned(address, (int) width))
        : width + " bytes";
  }

  /** {@return how many bytes so many struct iovec have} */
  static long bytes(long iovec, int count) {
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      bytes += Memory.getLong(iovec + (long) i * IovecArray.ENTRY + Long.BYTES);
    }
    return bytes;
  }

  /** {@return an option's value: a number, a struct linger, or bytes} */
  String value(int level, int option, long memory, int length) {
    if (memory == 0) {
      return "NULL";
    }
    if (length == Integer.BYTES) {
      int number = Memory.getInt(memory);
      return names.isError(level, option) ? names.errno(number) : Integer.toString(number);
    }
    if (names.option(level, option).startsWith("SO_LINGER")) {
      return "{l_onoff=" + Memory.getInt(memory) + ", l_linger=" + Memory.getInt(memory + 4) + '}';
    }
    StringBuilder bytes = new StringBuilder("0x");
    for (int i = 0; i < Math.min(length, LONGEST_VALUE); i++) {
      bytes.append(String.format("%02x", Memory.getByte(memory + i)));
    }
    return bytes.append(length > LONGEST_VALUE ? "..." : "").toString();
  }

  /** {@return the destination of a struct sa_endpoints} */
  String destination(long endpoints) {
    Struct struct = platform.struct("sa_endpoints");
    return address(
        Memory.getLong(endpoints + struct.offset("sae_dstaddr")),
        Memory.getInt(endpoints + struct.offset("sae_dstaddrlen")));
  }

  /** {@return name, buffers and control messages of a struct msghdr that is sent} */
  String sent(long header) {
    return message(header, true);
  }

  /** {@return the buffers of a struct msghdr that is received into} */
  String room(long header) {
    return message(header, false);
  }

  private String message(long header, boolean named) {
    Struct struct = platform.struct("msghdr");
    StringJoiner fields = new StringJoiner(", ", "{", "}");
    long name = Memory.getLong(header + struct.offset("msg_name"));
    if (named && name != 0) {
      fields.add("name=" + address(name, Memory.getInt(header + struct.offset("msg_namelen"))));
    }
    int buffers = (int) unsigned(struct, header, "msg_iovlen");
    fields.add("buffers=" + buffers);
    fields.add("bytes=" + bytes(Memory.getLong(header + struct.offset("msg_iov")), buffers));
    long control = unsigned(struct, header, "msg_controllen");
    if (control != 0) {
      fields.add("controllen=" + control);
    }
    return fields.toString();
  }

  /** {@return what recvmsg has written to a struct msghdr} */
  String received(long header) {
    Struct struct = platform.struct("msghdr");
    StringJoiner fields = new StringJoiner(", ", "{", "}");
    long name = Memory.getLong(header + struct.offset("msg_name"));
    int length = Memory.getInt(header + struct.offset("msg_namelen"));
    if (name != 0 && length != 0) {
      fields.add("name=" + address(name, length));
    }
    fields.add("controllen=" + unsigned(struct, header, "msg_controllen"));
    int flags = Memory.getInt(header + struct.offset("msg_flags"));
    return fields.add("flags=" + names.messageFlags(flags)).toString();
  }

  private static long unsigned(Struct struct, long memory, String field) {
    return Memory.getUnsigned(memory + struct.offset(field), struct.width(field));
  }

  String allSent(long mmsghdrs, int count) {
    return list(count, i -> sent(mmsghdr(mmsghdrs, i)));
  }

  String rooms(long mmsghdrs, int count) {
    return list(count, i -> room(mmsghdr(mmsghdrs, i)));
  }

  String allReceived(long mmsghdrs, int count) {
    return list(count, i -> length(mmsghdrs, i) + " " + received(mmsghdr(mmsghdrs, i)));
  }

  /** {@return the bytes sent of each message} */
  String lengths(long mmsghdrs, int count) {
    return list(count, i -> Long.toString(length(mmsghdrs, i)));
  }

  private long mmsghdr(long mmsghdrs, int index) {
    return mmsghdrs + (long) index * platform.struct("mmsghdr").size();
  }

  private long length(long mmsghdrs, int index) {
    return unsigned(platform.struct("mmsghdr"), mmsghdr(mmsghdrs, index), "msg_len");
  }
}
