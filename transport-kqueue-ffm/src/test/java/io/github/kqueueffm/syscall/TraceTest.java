package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.OperatingSystem;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The lines of a trace, on the facts of every platform. */
class TraceTest {
  private static final int ROOM = 4096;
  private static final Platform LINUX = Platform.named("linux-x86_64");
  private static final Platform FREEBSD = Platform.named("freebsd-x86_64");
  private static final Platform MACOS = Platform.named("macos-aarch64");
  private static final Platform NETBSD = Platform.named("netbsd-x86_64");

  private final long memory = NativeMemory.allocate(ROOM);
  private final long more = NativeMemory.allocate(ROOM);
  private final Lines lines = new Lines();

  /** Keeps what it is given. */
  private static class Lines implements TraceSink {
    final List<String> lines = new ArrayList<>();
    final List<String> warnings = new ArrayList<>();

    @Override
    public void line(String line) {
      lines.add(line);
    }

    @Override
    public void warning(String sentence) {
      warnings.add(sentence);
    }

    String last() {
      return lines.getLast().replaceFirst(" \\(\\d+ us\\)$", "").replaceFirst("^\\[.*?] ", "");
    }
  }

  /** A kernel without a system, which answers every call alike. */
  private static final class Answers extends InterceptedKernel {
    private final Function<Object[], Number> answer;
    private final String keventSymbol;
    private long now;

    Answers(Platform platform, String keventSymbol, Function<Object[], Number> answer) {
      super(platform, null);
      this.keventSymbol = keventSymbol;
      this.answer = answer;
    }

    @Override
    public Struct keventStruct() {
      return platform().keventStruct(keventSymbol);
    }

    @Override
    public Kernel forThread() {
      return this;
    }

    @Override
    public long nanoTime() {
      now += 12_345;
      return now;
    }

    @Override
    protected Number intercept(String method, Object... arguments) {
      return answer.apply(arguments);
    }
  }

  @AfterEach
  void free() {
    NativeMemory.free(memory);
    NativeMemory.free(more);
  }

  static List<Platform> platforms() {
    return Platforms.ALL;
  }

  private Kernel traced(Platform platform, Number answer) {
    return traced(platform, arguments -> answer);
  }

  private Kernel traced(Platform platform, Function<Object[], Number> answer) {
    return Trace.over(new Answers(platform, "kevent", answer), "all", lines);
  }

  private Kernel failing(Platform platform, Errno errno) {
    return traced(platform, -platform.number(errno));
  }

  @Test
  void lineHasThreadCallArgumentsResultAndTime() {
    assertThat(traced(LINUX, 7).listen(5, 128)).isEqualTo(7);
    String thread = Thread.currentThread().getName();
    assertThat(lines.lines)
        .containsExactly("[" + thread + "] listen(fd=5, backlog=128) = 7 (12 us)");
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void socketIsNamedByTheConstantsOfTheSystem(Platform p) {
    traced(p, 3).socket(p.get(Constant.AF_INET6), p.get(Constant.SOCK_DGRAM), 0);
    assertThat(lines.last()).isEqualTo("socket(domain=AF_INET6, type=SOCK_DGRAM, protocol=0) = 3");
    if (p.has(Constant.SOCK_NONBLOCK)) {
      int flags = p.get(Constant.SOCK_NONBLOCK) | p.get(Constant.SOCK_CLOEXEC);
      traced(p, 3).socket(p.get(Constant.AF_UNIX), p.get(Constant.SOCK_STREAM) | flags, 0);
      assertThat(lines.last())
          .isEqualTo(
              "socket(domain=AF_UNIX, type=SOCK_STREAM|SOCK_NONBLOCK|SOCK_CLOEXEC, protocol=0) ="
                  + " 3");
    }
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void errnoIsNamed(Platform p) {
    assertThat(failing(p, Errno.EINTR).recv(4, memory, 100, 0)).isEqualTo(-p.number(Errno.EINTR));
    assertThat(lines.last())
        .isEqualTo("recv(fd=4, len=100, flags=0) = -1 EINTR 'Interrupted system call'");
    failing(p, Errno.ECONNRESET).send(4, memory, 100, 0);
    assertThat(lines.last())
        .isEqualTo("send(fd=4, len=100, flags=0) = -1 ECONNRESET 'Connection reset by peer'");
  }

  @Test
  void errnoWithoutANameIsANumber() {
    traced(LINUX, -4095).close(4);
    assertThat(lines.last()).isEqualTo("close(fd=4) = -1 errno 4095");
  }

  /** Each layout of struct kevent: on NetBSD it depends on the symbol. */
  static List<List<Object>> keventLayouts() {
    List<List<Object>> all = new ArrayList<>();
    Platforms.ALL.forEach(platform -> all.add(List.of(platform, "kevent")));
    all.add(List.of(NETBSD, "__kevent100"));
    return all;
  }

  @ParameterizedTest
  @MethodSource("keventLayouts")
  void changesAndEventsOfKeventAreDecoded(List<Object> of) {
    Platform p = (Platform) of.getFirst();
    KeventLayout layout = new KeventLayout(p.keventStruct((String) of.getLast()));
    int add = p.get(Constant.EV_ADD) | p.get(Constant.EV_ONESHOT);
    layout.put(memory, 9, p.get(Constant.EVFILT_READ), add, 0, 0, 77);
    layout.put(
        memory + layout.size(),
        9,
        p.get(Constant.EVFILT_READ),
        p.get(Constant.EV_ADD) | p.get(Constant.EV_CLEAR),
        p.get(Constant.NOTE_LOWAT),
        0x7fff_ffff,
        77);
    int eof = p.get(Constant.EV_EOF);
    int reset = p.number(Errno.ECONNRESET);
    Function<Object[], Number> answer =
        arguments -> {
          layout.put(more, 9, p.get(Constant.EVFILT_READ), eof, reset, 5, 77);
          layout.put(
              more + layout.size(),
              11,
              p.get(Constant.EVFILT_WRITE),
              p.get(Constant.EV_ERROR),
              0,
              p.number(Errno.EBADF),
              78);
          return 2;
        };
    new Timespec(p).put(more + ROOM / 2, 1_500_000_000);
    Trace.over(new Answers(p, (String) of.getLast(), answer), "kevent", lines)
        .kevent(4, memory, 2, more, 64, more + ROOM / 2);
    assertThat(lines.last())
        .isEqualTo(
            "kevent(kq=4, changelist=[{ident=9, filter=EVFILT_READ, flags=EV_ADD|EV_ONESHOT,"
                + " udata=0x4d}, {ident=9, filter=EVFILT_READ, flags=EV_ADD|EV_CLEAR,"
                + " fflags=NOTE_LOWAT, data=2147483647, udata=0x4d}], nevents=64, timeout=1.5 s) ="
                + " 2, eventlist=[{ident=9, filter=EVFILT_READ, flags=EV_EOF, fflags=ECONNRESET,"
                + " data=5, udata=0x4d}, {ident=11, filter=EVFILT_WRITE, flags=EV_ERROR,"
                + " data=EBADF, udata=0x4e}]");
  }

  @Test
  void waitForEverAndLongListsAreShort() {
    KeventLayout layout = new KeventLayout(FREEBSD.keventStruct("kevent"));
    for (int i = 0; i < 40; i++) {
      layout.put(
          memory + (long) i * layout.size(),
          i,
          FREEBSD.get(Constant.EVFILT_USER),
          FREEBSD.get(Constant.EV_ADD),
          FREEBSD.get(Constant.NOTE_TRIGGER),
          0,
          0);
    }
    traced(FREEBSD, 0).kevent(4, memory, 40, more, 64, 0);
    assertThat(lines.last())
        .contains("{ident=31, filter=EVFILT_USER, flags=EV_ADD, fflags=NOTE_TRIGGER}, and 8 more]")
        .endsWith("nevents=64, timeout=NULL (for ever)) = 0");
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void unitsOfTimersAreNamed(Platform p) {
    KeventLayout layout = new KeventLayout(p.keventStruct("kevent"));
    List.of(Constant.NOTE_SECONDS, Constant.NOTE_USECONDS, Constant.NOTE_NSECONDS)
        .forEach(unit -> {
          if (p.has(unit)) {
            layout.put(
                memory, 1, p.get(Constant.EVFILT_TIMER), p.get(Constant.EV_ADD), p.get(unit), 3, 0);
            traced(p, 0).kevent(4, memory, 1, 0, 0, 0);
            assertThat(lines.last())
                .contains(
                    "{ident=1, filter=EVFILT_TIMER, flags=EV_ADD, fflags=" + unit + ", data=3}");
          }
        });
  }

  private int put(Platform p, long at, String host, int port) throws Exception {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(host), port);
    boolean six = host.indexOf(':') >= 0;
    return new Sockaddr(p).put(at, address, p.get(six ? Constant.AF_INET6 : Constant.AF_INET));
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void addressesAreReadInTheLayoutOfTheSystem(Platform p) throws Exception {
    int length = put(p, memory, "192.0.2.1", 80);
    failing(p, Errno.EINPROGRESS).connect(5, memory, length);
    assertThat(lines.last())
        .isEqualTo(
            "connect(fd=5, address=192.0.2.1:80) = -1 EINPROGRESS 'Operation now in progress'");
    int length6 = put(p, memory, "2001:db8:0:0:0:0:0:1", 443);
    traced(p, 0).bind(5, memory, length6);
    assertThat(lines.last()).isEqualTo("bind(fd=5, address=[2001:db8:0:0:0:0:0:1]:443) = 0");
    int path = new Sockaddr(p).putPath(memory, "/tmp/a".getBytes(StandardCharsets.UTF_8));
    traced(p, 0).bind(5, memory, path);
    assertThat(lines.last()).isEqualTo("bind(fd=5, address=\"/tmp/a\") = 0");
    Function<Object[], Number> accepting =
        arguments -> {
          try {
            Memory.putInt(more, put(p, memory, "198.51.100.7", 4711));
            return 9;
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        };
    traced(p, accepting).accept(5, memory, more);
    assertThat(lines.last()).isEqualTo("accept(fd=5) = 9, address=198.51.100.7:4711");
  }

  @Test
  void abstractNamesAndNoAddressesAreShown() {
    int length =
        new Sockaddr(LINUX).putPath(memory, "\0name".getBytes(StandardCharsets.ISO_8859_1));
    traced(LINUX, 0).bind(5, memory, length);
    assertThat(lines.last()).isEqualTo("bind(fd=5, address=\"@name\") = 0");
    Memory.clear(memory, ROOM);
    traced(LINUX, 0).connect(5, memory, 16);
    assertThat(lines.last()).isEqualTo("connect(fd=5, address=AF_UNSPEC) = 0");
    traced(LINUX, 3).sendto(5, memory, 3, 0, 0, 0);
    assertThat(lines.last()).isEqualTo("sendto(fd=5, len=3, flags=0, to=NULL) = 3");
    traced(LINUX, 3).accept4(5, 0, 0, 0);
    assertThat(lines.last()).isEqualTo("accept4(fd=5, flags=0) = 3");
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void optionsAreNamedWithTheirLevel(Platform p) {
    Memory.putInt(memory, 1);
    traced(p, 0).setsockopt(5, p.get(Constant.IPPROTO_TCP), p.get(Constant.TCP_NODELAY), memory, 4);
    assertThat(lines.last())
        .isEqualTo("setsockopt(fd=5, level=IPPROTO_TCP, optname=TCP_NODELAY, optval=1) = 0");
    Memory.putInt(memory, p.number(Errno.ECONNREFUSED));
    Memory.putInt(more, 4);
    traced(p, 0).getsockopt(5, p.get(Constant.SOL_SOCKET), p.get(Constant.SO_ERROR), memory, more);
    assertThat(lines.last())
        .isEqualTo("getsockopt(fd=5, level=SOL_SOCKET, optname=SO_ERROR) = 0, optval=ECONNREFUSED");
    Memory.putInt(memory, 1);
    Memory.putInt(memory + 4, 9);
    traced(p, 0).setsockopt(5, p.get(Constant.SOL_SOCKET), p.get(Constant.SO_LINGER), memory, 8);
    assertThat(lines.last()).endsWith("optname=SO_LINGER, optval={l_onoff=1, l_linger=9}) = 0");
    traced(p, 0).setsockopt(5, 4711, 42, memory, 12);
    assertThat(lines.last())
        .isEqualTo(
            "setsockopt(fd=5, level=4711, optname=42, optval=0x010000000900000000000000) = 0");
  }

  @Test
  void namesThatShareAValueAreAllShown() {
    Memory.putInt(memory, 0);
    Memory.putInt(more, 4);
    int option = NETBSD.get(Constant.LOCAL_PEEREID);
    assertThat(NETBSD.get(Constant.IP_TOS)).isEqualTo(option);
    traced(NETBSD, 0).getsockopt(5, NETBSD.get(Constant.SOL_LOCAL), option, memory, more);
    assertThat(lines.last()).contains("IPPROTO_IP", "/", "SOL_LOCAL", "LOCAL_PEEREID", "IP_TOS");
  }

  @Test
  void sendfileIsOneCallOnAllSystemsAndShowsWhatItSentWithAnError() {
    Function<Object[], Number> part =
        arguments -> {
          Memory.putLong((long) arguments[4], 8192);
          return -FREEBSD.number(Errno.EAGAIN);
        };
    traced(FREEBSD, part).sendfile(5, 6, 0, 100_000, memory);
    assertThat(lines.lines).hasSize(1);
    assertThat(lines.last())
        .isEqualTo(
            "sendfile(socket=5, file=6, offset=0, nbytes=100000) = -1 EAGAIN 'Resource temporarily"
                + " unavailable', sent=8192");
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void messagesShowTheirPeerAndTheirSizesAndNoByteOfTheTraffic(Platform p) throws Exception {
    int length = put(p, memory, "192.0.2.9", 53);
    long header = memory + 1024;
    long iovecs = memory + 2048;
    Memory.copy("secret".getBytes(StandardCharsets.UTF_8), 0, memory + 512, 6);
    IovecArray.put(iovecs, memory + 512, 6);
    IovecArray.put(iovecs + IovecArray.ENTRY, memory + 512, 4);
    new Msghdr(p).put(header, memory, length, iovecs, 2, 0, 0);
    traced(p, 10).sendmsg(5, header, 0);
    assertThat(lines.last())
        .isEqualTo("sendmsg(fd=5, msg={name=192.0.2.9:53, buffers=2, bytes=10}, flags=0) = 10");
    traced(p, 6).recvmsg(5, header, 0);
    assertThat(lines.last())
        .isEqualTo(
            "recvmsg(fd=5, msg={buffers=2, bytes=10}, flags=0) = 6, msg={name=192.0.2.9:53,"
                + " controllen=0, flags=0}");
    traced(p, 10).writev(5, iovecs, 2);
    assertThat(lines.last()).isEqualTo("writev(fd=5, iovcnt=2, nbytes=10) = 10");
    if (p.hasStruct("mmsghdr")) {
      traced(p, 1).sendmmsg(5, header, 1, 0);
      assertThat(lines.last())
          .isEqualTo(
              "sendmmsg(fd=5, msgvec=[{name=192.0.2.9:53, buffers=2, bytes=10}], flags=0) = 1,"
                  + " msg_len=[0]");
      traced(p, 1).recvmmsg(5, header, 1, 0, 0);
      assertThat(lines.last())
          .startsWith("recvmmsg(fd=5, msgvec=[{buffers=2, bytes=10}], flags=0")
          .endsWith("= 1, msgvec=[0 {name=192.0.2.9:53, controllen=0, flags=0}]");
    }
    assertThat(lines.lines.toString()).doesNotContain("secret");
  }

  @Test
  void epollIsDecoded() {
    Struct event = LINUX.struct("epoll_event");
    int mask = LINUX.get(Constant.EPOLLIN) | LINUX.get(Constant.EPOLLET);
    Memory.putInt(memory + event.offset("events"), mask);
    Memory.putLong(memory + event.offset("data"), 9);
    traced(LINUX, 0).epollCtl(3, LINUX.get(Constant.EPOLL_CTL_ADD), 9, memory);
    assertThat(lines.last())
        .isEqualTo(
            "epoll_ctl(epfd=3, op=EPOLL_CTL_ADD, fd=9, event={events=EPOLLIN|EPOLLET, data=9}) ="
                + " 0");
    traced(LINUX, 0).epollCtl(3, LINUX.get(Constant.EPOLL_CTL_DEL), 9, 0);
    assertThat(lines.last()).isEqualTo("epoll_ctl(epfd=3, op=EPOLL_CTL_DEL, fd=9) = 0");
    traced(LINUX, 1).epollWait(3, memory, 8, 250);
    assertThat(lines.last())
        .isEqualTo(
            "epoll_wait(epfd=3, maxevents=8, timeout=250 ms) = 1, events=[{events=EPOLLIN|EPOLLET,"
                + " data=9}]");
    Memory.clear(more, ROOM);
    new Timespec(LINUX).put(more + 16, 2_000_000_000);
    traced(LINUX, 0).timerfdSettime(4, 0, more);
    assertThat(lines.last()).isEqualTo("timerfd_settime(fd=4, flags=0, it_value=2 s) = 0");
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void fcntlIsNamedInBothDirections(Platform p) {
    traced(p, 0).fcntl(5, p.get(Constant.F_SETFL), p.get(Constant.O_NONBLOCK));
    assertThat(lines.last()).isEqualTo("fcntl(fd=5, cmd=F_SETFL, arg=O_NONBLOCK) = 0");
    traced(p, p.get(Constant.O_NONBLOCK)).fcntl(5, p.get(Constant.F_GETFL), 0);
    assertThat(lines.last()).endsWith(", flags=O_NONBLOCK");
    traced(p, 0).fcntl(5, p.get(Constant.F_SETFD), p.get(Constant.FD_CLOEXEC));
    assertThat(lines.last()).isEqualTo("fcntl(fd=5, cmd=F_SETFD, arg=FD_CLOEXEC) = 0");
  }

  @Test
  void bitsWithoutANameAreHexadecimal() {
    int flags = LINUX.get(Constant.MSG_NOSIGNAL) | 0x1000_0000;
    traced(LINUX, 1).send(5, memory, 1, flags);
    assertThat(lines.last()).isEqualTo("send(fd=5, len=1, flags=MSG_NOSIGNAL|0x10000000) = 1");
  }

  @Test
  void limitsAndSettingsAreShown() {
    Memory.putLong(more, 1024);
    traced(MACOS, 0).getrlimit(MACOS.get(Constant.RLIMIT_NOFILE), more);
    assertThat(lines.last()).isEqualTo("getrlimit(resource=RLIMIT_NOFILE) = 0, rlim_cur=1024");
    Memory.copy("kern.maxfiles\0".getBytes(StandardCharsets.UTF_8), 0, memory, 14);
    Memory.putLong(more + 8, Integer.BYTES);
    traced(MACOS, 0).sysctlbyname(memory, more, more + 8);
    assertThat(lines.last()).isEqualTo("sysctlbyname(sname=\"kern.maxfiles\") = 0, oldp=1024");
  }

  @Test
  void pathsAndPairsAreShown() {
    Memory.copy("/etc/hosts\0".getBytes(StandardCharsets.UTF_8), 0, memory, 11);
    traced(LINUX, 4).open(memory, LINUX.get(Constant.O_CLOEXEC), 0);
    assertThat(lines.last()).isEqualTo("open(path=\"/etc/hosts\", flags=O_CLOEXEC) = 4");
    traced(LINUX, 0).unlink(memory);
    assertThat(lines.last()).isEqualTo("unlink(path=\"/etc/hosts\") = 0");
    Memory.putInt(more, 7);
    Memory.putInt(more + 4, 8);
    traced(LINUX, 0).pipe2(more, LINUX.get(Constant.O_NONBLOCK));
    assertThat(lines.last()).isEqualTo("pipe2(flags=O_NONBLOCK) = 0, fildes=[7, 8]");
  }

  @Test
  void connectxShowsTheDestination() throws Exception {
    Struct endpoints = MACOS.struct("sa_endpoints");
    int length = put(MACOS, memory, "192.0.2.1", 80);
    Memory.putLong(more + endpoints.offset("sae_dstaddr"), memory);
    Memory.putInt(more + endpoints.offset("sae_dstaddrlen"), length);
    IovecArray.put(more + 512, memory, 100);
    traced(MACOS, 0)
        .connectx(5, more, 0, MACOS.get(Constant.CONNECT_DATA_IDEMPOTENT), more + 512, 1, 0, 0);
    assertThat(lines.last())
        .isEqualTo(
            "connectx(fd=5, endpoints=192.0.2.1:80, flags=CONNECT_DATA_IDEMPOTENT, bytes=100) ="
                + " 0");
  }

  /** Every call that the system's facts have, made with memory that holds zeros. */
  @ParameterizedTest
  @MethodSource("platforms")
  void everyCallHasALine(Platform p) {
    Memory.clear(memory, ROOM);
    Kernel kernel = traced(p, 0);
    Set<Call> seen = EnumSet.noneOf(Call.class);
    for (Call call : Call.values()) {
      boolean connectx = call == Call.CONNECTX && !p.hasStruct("sa_endpoints");
      boolean many = call.function().contains("mmsg") && !p.hasStruct("mmsghdr");
      boolean epoll = call.function().startsWith("epoll") && !p.isLinux();
      boolean timer = call == Call.TIMERFD_SETTIME && !p.isLinux();
      if (connectx || many || epoll || timer) {
        continue;
      }
      lines.lines.clear();
      MethodOfCall.of(call).accept(kernel, memory);
      assertThat(lines.lines).as(call.name()).hasSize(1);
      assertThat(lines.last()).startsWith(call.function() + "(").contains(") = 0");
      seen.add(call);
    }
    assertThat(seen).hasSizeGreaterThan(30);
  }

  @Test
  void onlySelectedCallsAreTraced() {
    Kernel kernel =
        Trace.over(new Answers(LINUX, "kevent", arguments -> 0), " recv, Close ", lines);
    kernel.recv(4, memory, 1, 0);
    kernel.send(4, memory, 1, 0);
    kernel.sendfile(4, 5, 0, 1, memory);
    kernel.close(4);
    assertThat(lines.lines).hasSize(2);
    assertThat(lines.warnings).isEmpty();
  }

  @Test
  void groupsSelectTheirCallsAndTogetherAll() {
    assertThat(new TraceSelection("waits").calls())
        .containsExactlyInAnyOrder(Call.KEVENT, Call.EPOLL_WAIT, Call.EPOLL_PWAIT2);
    assertThat(new TraceSelection("names,socket").calls())
        .containsExactlyInAnyOrder(Call.GETSOCKNAME, Call.GETPEERNAME, Call.SOCKET);
    assertThat(new TraceSelection("all").calls()).containsExactly(Call.values());
    String groups = "waits,events,connections,reads,writes,names,options,files,settings";
    assertThat(new TraceSelection(groups).calls()).containsExactly(Call.values());
    assertThat(TraceSelection.known()).contains(groups.split(",")).contains("all", "kevent");
  }

  @Test
  void documentHasEveryGroup() throws Exception {
    String document = Files.readString(Path.of("../docs/observing.md"));
    List<String> functions = Stream.of(Call.values()).map(Call::function).toList();
    assertThat(TraceSelection.known())
        .filteredOn(name -> !functions.contains(name))
        .hasSize(10)
        .allSatisfy(name -> assertThat(document).contains("| `" + name + "` |"));
  }

  @Test
  void unknownNameIsWarnedOfWithTheKnownOnesAndTheOthersAreTraced() {
    Kernel kernel =
        Trace.over(new Answers(LINUX, "kevent", arguments -> 0), "kqevent,close", lines);
    assertThat(lines.warnings)
        .singleElement()
        .asString()
        .startsWith("-Dio.github.kqueueffm.trace=kqevent,close: no call has the name kqevent")
        .contains("all, connections, events, files", "kevent", "timerfd_settime");
    kernel.close(4);
    assertThat(lines.lines).hasSize(1);
  }

  @Test
  void callsThatTheSinkMakesAreNotTraced() {
    List<Kernel> kernel = new ArrayList<>();
    Consumer<String> remote = line -> kernel.getFirst().write(9, memory, 1);
    Lines sink =
        new Lines() {
          @Override
          public void line(String line) {
            super.line(line);
            remote.accept(line);
          }
        };
    kernel.add(Trace.over(new Answers(LINUX, "kevent", arguments -> 1), "all", sink));
    kernel.getFirst().close(4);
    kernel.getFirst().close(5);
    assertThat(sink.lines).hasSize(2).noneMatch(line -> line.contains("write("));
  }

  /** A peer may choose the name of its socket, and a program the one of its thread. */
  @Test
  void nameThatSomeoneChoseCannotEndItsLine() {
    Kernel kernel = traced(LINUX, 0);
    byte[] path = "/a\n[loop] close(fd=7) = 0 \"\\".getBytes(StandardCharsets.UTF_8);
    kernel.bind(5, memory, new Sockaddr(LINUX).putPath(memory, path));
    assertThat(lines.last())
        .isEqualTo("bind(fd=5, address=\"/a\\x0a[loop] close(fd=7) = 0 \\x22\\x5c\") = 0");
  }

  @Test
  void sinkThatThrowsTakesNoResult() {
    Lines sink =
        new Lines() {
          @Override
          public void line(String line) {
            super.line(line);
            throw new IllegalStateException("a logger that throws");
          }
        };
    Kernel kernel = Trace.over(new Answers(LINUX, "kevent", arguments -> 9), "all", sink);
    assertThat(kernel.accept(4, 0, 0)).isEqualTo(9);
    assertThat(kernel.accept(4, 0, 0)).isEqualTo(9);
    assertThat(sink.lines).hasSize(2);
  }

  @Test
  void threadWithoutANameIsNumbered() throws Exception {
    Kernel kernel = traced(LINUX, 0);
    Thread thread = Thread.startVirtualThread(() -> kernel.close(4));
    thread.join();
    assertThat(lines.lines.getLast()).startsWith("[#" + thread.threadId() + "] close(fd=4)");
  }

  @Test
  void kernelsForAThreadAreTracedToo() {
    Kernel kernel = traced(LINUX, 0);
    kernel.forThread().close(3);
    assertThat(lines.last()).isEqualTo("close(fd=3) = 0");
    assertThat(kernel.platform().system()).isEqualTo(OperatingSystem.LINUX);
    assertThat(kernel.trace()).isNotNull().isSameAs(kernel.forThread().trace());
  }
}
