package io.github.kqueueffm.channel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * A filter of system calls, as container runtimes install it, for the calling thread and those that
 * it starts from then on. It needs no privilege and cannot be taken back.
 */
final class Seccomp {
  private static final int PR_SET_SECCOMP = 22;
  private static final int PR_SET_NO_NEW_PRIVS = 38;
  private static final int SECCOMP_MODE_FILTER = 2;
  private static final int ALLOW = 0x7fff_0000;
  private static final int ERRNO = 0x5_0000;

  /** Of struct seccomp_data. */
  private static final int NUMBER = 0;

  private static final int ARCH = 4;

  private static final int LOAD = 0x20;
  private static final int JUMP_IF_EQUAL = 0x15;
  private static final int RETURN = 0x06;
  private static final int INSTRUCTION = 8;

  private static final boolean AARCH64 = System.getProperty("os.arch").equals("aarch64");

  /** The system calls that the transport makes and policies know, with their numbers. */
  enum Call {
    EPOLL_CREATE1(291, 20),
    /** What epoll_wait(3) is on aarch64 is epoll_pwait(2). */
    EPOLL_WAIT(232, 22),
    EPOLL_PWAIT2(441, 441),
    TIMERFD_CREATE(283, 85),
    TIMERFD_SETTIME(286, 86),
    EVENTFD(290, 19),
    ACCEPT4(288, 242),
    PIPE2(293, 59),
    SENDMMSG(307, 269),
    RECVMMSG(299, 243),
    SENDFILE(40, 71);

    private final int x86;
    private final int aarch64;

    Call(int x86, int aarch64) {
      this.x86 = x86;
      this.aarch64 = aarch64;
    }

    int number() {
      return AARCH64 ? aarch64 : x86;
    }
  }

  private Seccomp() {}

  /**
   * From now on these calls fail.
   *
   * @param errno Linux's number
   * @return whether the kernel has filters
   */
  @SuppressWarnings("restricted") // The one function that a test needs and the transport does not.
  static boolean forbid(List<Call> calls, int errno) throws Throwable {
    MethodHandle prctl =
        Linker.nativeLinker()
            .downcallHandle(
                Linker.nativeLinker().defaultLookup().find("prctl").orElseThrow(),
                FunctionDescriptor.of(
                    JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
    try (Arena arena = Arena.ofConfined()) {
      long program = program(arena, calls, errno).address();
      return (int) prctl.invokeExact(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == 0
          && (int) prctl.invokeExact(PR_SET_SECCOMP, (long) SECCOMP_MODE_FILTER, program, 0L, 0L)
              == 0;
    }
  }

  /** A struct sock_fprog, which points to its instructions. */
  private static MemorySegment program(Arena arena, List<Call> calls, int errno) {
    int count = calls.size() + 5;
    MemorySegment code = arena.allocate((long) count * INSTRUCTION, 8);
    put(code, 0, LOAD, 0, 0, ARCH);
    // Calls of a 32-bit program have other numbers; there are none.
    put(code, 1, JUMP_IF_EQUAL, 0, calls.size() + 1, AARCH64 ? 0xc000_00b7 : 0xc000_003e);
    put(code, 2, LOAD, 0, 0, NUMBER);
    for (int i = 0; i < calls.size(); i++) {
      put(code, 3 + i, JUMP_IF_EQUAL, calls.size() - i, 0, calls.get(i).number());
    }
    put(code, count - 2, RETURN, 0, 0, ALLOW);
    put(code, count - 1, RETURN, 0, 0, ERRNO | errno);
    MemorySegment program = arena.allocate(16, 8);
    program.set(JAVA_SHORT, 0, (short) count);
    program.set(ADDRESS, 8, code);
    return program;
  }

  private static void put(MemorySegment code, int index, int operation, int yes, int no, int k) {
    long at = (long) index * INSTRUCTION;
    code.set(JAVA_SHORT, at, (short) operation);
    code.set(JAVA_BYTE, at + 2, (byte) yes);
    code.set(JAVA_BYTE, at + 3, (byte) no);
    code.set(JAVA_INT, at + 4, k);
  }
}
