package io.github.kqueueffm.syscall;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The errno of a failure, read from the message that {@link Failures} wrote. The exceptions are
 * those of Java's own sockets, which cannot hold a number.
 *
 * @param name such as ECONNREFUSED; {@code null} if the failure has no errno, or one without a name
 * @param number the number on this system, or 0 if the failure has no errno
 */
public record FailureErrno(String name, int number) {
  /** A failure that no system call reported. */
  public static final FailureErrno NONE = new FailureErrno(null, 0);

  /** "(connect: ECONNREFUSED, 111)", "EMFILE: Too many open files (24)" and "errno 999". */
  private static final Pattern ERRNO =
      Pattern.compile("(?:[(: ](E[0-9A-Z]+)(?:, |: [^()]* \\()|: errno )(\\d{1,9})(?!\\d)");

  /** A chain of causes may be a ring. */
  private static final int MOST_CAUSES = 20;

  /** {@return that of a failure, or of its nearest cause that has one} */
  public static FailureErrno of(Throwable failure) {
    Throwable t = failure;
    for (int i = 0; t != null && i < MOST_CAUSES; i++, t = t.getCause()) {
      Matcher matcher = ERRNO.matcher(String.valueOf(t.getMessage()));
      if (matcher.find()) {
        return new FailureErrno(matcher.group(1), Integer.parseInt(matcher.group(2)));
      }
    }
    return NONE;
  }
}
