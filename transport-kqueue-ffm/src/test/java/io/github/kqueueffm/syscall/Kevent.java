package io.github.kqueueffm.syscall;

import static io.github.kqueueffm.abi.Constant.EVFILT_READ;
import static io.github.kqueueffm.abi.Constant.EVFILT_TIMER;
import static io.github.kqueueffm.abi.Constant.EVFILT_USER;
import static io.github.kqueueffm.abi.Constant.EVFILT_WRITE;
import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.abi.Constant.EV_DELETE;
import static io.github.kqueueffm.abi.Constant.EV_DISABLE;
import static io.github.kqueueffm.abi.Constant.EV_DISPATCH;
import static io.github.kqueueffm.abi.Constant.EV_ENABLE;
import static io.github.kqueueffm.abi.Constant.EV_EOF;
import static io.github.kqueueffm.abi.Constant.EV_ERROR;
import static io.github.kqueueffm.abi.Constant.EV_ONESHOT;
import static io.github.kqueueffm.abi.Constant.EV_RECEIPT;
import static io.github.kqueueffm.abi.Constant.NOTE_LOWAT;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.OperatingSystem;
import io.github.kqueueffm.abi.Platform;
import java.util.ArrayList;
import java.util.List;

/**
 * A struct kevent of a script: a change that is expected, or an event that is returned. Made by
 * {@link ScriptedKernel#read}, {@link ScriptedKernel#write} and their kin, and refined by the
 * methods here, each of which gives a new one.
 *
 * @param udata {@code null}: in a change any is right; an event gets that of the last change for
 *     its ident and filter, as from a kernel
 */
public record Kevent(
    Platform platform, long ident, int filter, int flags, int fflags, long data, Long udata) {
  private static final List<Constant> FLAGS =
      List.of(
          EV_ADD,
          EV_DELETE,
          EV_ENABLE,
          EV_DISABLE,
          EV_ONESHOT,
          EV_CLEAR,
          EV_RECEIPT,
          EV_DISPATCH,
          EV_EOF,
          EV_ERROR);
  private static final List<Constant> FILTERS =
      List.of(EVFILT_READ, EVFILT_WRITE, EVFILT_TIMER, EVFILT_USER);

  static Kevent of(Platform platform, Constant filter, long ident) {
    return new Kevent(platform, ident, platform.get(filter), 0, 0, 0, null);
  }

  static Kevent decode(Platform platform, KeventLayout layout, long address) {
    return new Kevent(
        platform,
        layout.ident(address),
        layout.filter(address),
        layout.flags(address),
        layout.fflags(address),
        layout.data(address),
        layout.udata(address));
  }

  /** With these flags added. */
  public Kevent flags(Constant... more) {
    int all = flags;
    for (Constant flag : more) {
      all |= platform.get(flag);
    }
    return new Kevent(platform, ident, filter, all, fflags, data, udata);
  }

  public Kevent fflags(int value) {
    return new Kevent(platform, ident, filter, flags, value, data, udata);
  }

  public Kevent data(long value) {
    return new Kevent(platform, ident, filter, flags, fflags, value, udata);
  }

  public Kevent udata(long value) {
    return new Kevent(platform, ident, filter, flags, fflags, data, value);
  }

  /** A change that arms it for one event. */
  public Kevent oneShot() {
    return flags(EV_ADD, EV_ENABLE, EV_ONESHOT);
  }

  /** A change that watches for the peer's going away only. */
  public Kevent sentinel() {
    return flags(EV_ADD, EV_CLEAR).fflags(platform.get(NOTE_LOWAT)).data(0x7fff_ffff);
  }

  public Kevent delete() {
    return flags(EV_DELETE);
  }

  /** An event with the end of the stream. */
  public Kevent eof() {
    return flags(EV_EOF);
  }

  /** An event with the end of the stream and its errno in fflags. */
  public Kevent eof(Errno errno) {
    return eof().fflags(platform.number(errno));
  }

  /**
   * The answer to this change if it fails: on Darwin with EV_ERROR added to its flags, elsewhere
   * with that flag alone.
   */
  public Kevent error(Errno errno) {
    int before = platform.system() == OperatingSystem.MACOS ? flags : 0;
    int all = before | platform.get(EV_ERROR);
    return new Kevent(platform, ident, filter, all, fflags, platform.number(errno), udata);
  }

  void encode(KeventLayout layout, long address, long knownUdata) {
    layout.put(address, ident, filter, flags, fflags, data, udata != null ? udata : knownUdata);
  }

  boolean matches(Kevent actual) {
    return ident == actual.ident
        && filter == actual.filter
        && flags == actual.flags
        && fflags == actual.fflags
        && data == actual.data
        && (udata == null || udata.equals(actual.udata));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(filterName()).append(' ').append(ident);
    if (flags != 0) {
      text.append(' ').append(flagNames());
    }
    if (fflags != 0) {
      text.append(" fflags=0x").append(Integer.toHexString(fflags));
    }
    if (data != 0) {
      text.append(" data=").append(data);
    }
    if (udata != null) {
      text.append(" udata=0x").append(Long.toHexString(udata));
    }
    return text.toString();
  }

  private String filterName() {
    for (Constant constant : FILTERS) {
      if (platform.has(constant) && platform.get(constant) == filter) {
        return constant.name().substring("EVFILT_".length());
      }
    }
    return "filter " + filter;
  }

  private String flagNames() {
    List<String> names = new ArrayList<>();
    int left = flags;
    for (Constant constant : FLAGS) {
      int bit = platform.getOr(constant, 0);
      if ((flags & bit) != 0) {
        names.add(constant.name().substring("EV_".length()));
        left &= ~bit;
      }
    }
    if (left != 0) {
      names.add("0x" + Integer.toHexString(left));
    }
    return String.join("|", names);
  }
}
