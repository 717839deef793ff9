/*
 * sendfile(2) as macOS (-DMACOS) or as FreeBSD and DragonFly (-DBSD) declare it. It sends at most PART
 * bytes, and if FAIL is not 0 it fails with that errno after them.
 */
#include <errno.h>
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

static off_t transfer(int file, int socket, off_t offset, off_t count) {
  char buffer[4096];
  off_t done = 0;
  while (done < count && done < PART) {
    off_t left = (count < PART ? count : PART) - done;
    size_t most = left < (off_t)sizeof buffer ? (size_t)left : sizeof buffer;
    ssize_t got = pread(file, buffer, most, offset + done);
    if (got <= 0 || write(socket, buffer, (size_t)got) != got) {
      break;
    }
    done += got;
  }
  return done;
}

static int result(void) {
  errno = FAIL;
  return FAIL == 0 ? 0 : -1;
}

#ifdef MACOS
/* 0 bytes mean all up to the end of the file. Errors other than these two leave the length alone. */
int sendfile(int file, int socket, off_t offset, off_t *length, void *headers, int flags) {
  if (headers != NULL || flags != 0 || *length == 0) {
    errno = 14;
    return -1;
  }
  off_t sent = transfer(file, socket, offset, *length);
  if (FAIL == 0 || FAIL == 35 || FAIL == 4) {
    *length = sent;
  }
  return result();
}
#endif

#ifdef BSD
int sendfile(
    int file, int socket, off_t offset, size_t count, void *headers, off_t *sent, int flags) {
  if (headers != NULL || flags != 0 || count == 0) {
    errno = 14;
    return -1;
  }
  *sent = transfer(file, socket, offset, (off_t)count);
  return result();
}
#endif
