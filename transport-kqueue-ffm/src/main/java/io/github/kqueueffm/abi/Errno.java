package io.github.kqueueffm.abi;

/** The error numbers that the transport knows by name. Their values differ between systems. */
public enum Errno {
  EPERM("Operation not permitted"),
  ENOENT("No such file or directory"),
  EINTR("Interrupted system call"),
  EIO("Input/output error"),
  ENXIO("No such device or address"),
  EBADF("Bad file descriptor"),
  EAGAIN("Resource temporarily unavailable"),
  ENOMEM("Cannot allocate memory"),
  EACCES("Permission denied"),
  EFAULT("Bad address"),
  EBUSY("Device or resource busy"),
  EEXIST("File exists"),
  ENODEV("No such device"),
  ENOTDIR("Not a directory"),
  EISDIR("Is a directory"),
  EINVAL("Invalid argument"),
  ENFILE("Too many open files in system"),
  EMFILE("Too many open files"),
  ENOTTY("Inappropriate ioctl for device"),
  EFBIG("File too large"),
  ENOSPC("No space left on device"),
  ESPIPE("Illegal seek"),
  EROFS("Read-only file system"),
  EPIPE("Broken pipe"),
  EDOM("Numerical argument out of domain"),
  ERANGE("Numerical result out of range"),
  EDEADLK("Resource deadlock avoided"),
  ENAMETOOLONG("File name too long"),
  ENOSYS("Function not implemented"),
  ENOTEMPTY("Directory not empty"),
  ELOOP("Too many levels of symbolic links"),
  EPROTO("Protocol error"),
  EOVERFLOW("Value too large for defined data type"),
  ENOTSOCK("Socket operation on non-socket"),
  EDESTADDRREQ("Destination address required"),
  EMSGSIZE("Message too long"),
  EPROTOTYPE("Protocol wrong type for socket"),
  ENOPROTOOPT("Protocol not available"),
  EPROTONOSUPPORT("Protocol not supported"),
  ENOTSUP("Operation not supported"),
  EOPNOTSUPP("Operation not supported on socket"),
  EPFNOSUPPORT("Protocol family not supported"),
  EAFNOSUPPORT("Address family not supported by protocol"),
  EADDRINUSE("Address already in use"),
  EADDRNOTAVAIL("Cannot assign requested address"),
  ENETDOWN("Network is down"),
  ENETUNREACH("Network is unreachable"),
  ENETRESET("Network dropped connection on reset"),
  ECONNABORTED("Software caused connection abort"),
  ECONNRESET("Connection reset by peer"),
  ENOBUFS("No buffer space available"),
  EISCONN("Transport endpoint is already connected"),
  ENOTCONN("Transport endpoint is not connected"),
  ESHUTDOWN("Cannot send after transport endpoint shutdown"),
  ETOOMANYREFS("Too many references: cannot splice"),
  ETIMEDOUT("Connection timed out"),
  ECONNREFUSED("Connection refused"),
  EHOSTDOWN("Host is down"),
  EHOSTUNREACH("No route to host"),
  EALREADY("Operation already in progress"),
  EINPROGRESS("Operation now in progress"),
  ESTALE("Stale file handle"),
  ECANCELED("Operation canceled");

  private final String text;

  Errno(String text) {
    this.text = text;
  }

  /** {@return the error's message, as strerror(3) returns it on most systems} */
  public String text() {
    return text;
  }
}
