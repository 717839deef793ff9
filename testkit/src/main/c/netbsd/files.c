#include "netbsd.h"

#include <fcntl.h>
#include <sys/stat.h>

/* NetBSD's struct stat, as far as it is filled here. */
struct nb_stat {
  uint64_t st_dev;
  uint32_t st_mode;
  uint64_t st_ino;
  unsigned char rest[128];
};

_Static_assert(sizeof(struct nb_stat) == 152, "struct stat of NetBSD has 152 bytes");

int nb_lstat(const char *path, struct nb_stat *to) EXPORTED("__lstat50");
int nb_lstat(const char *path, struct nb_stat *to) {
  struct stat found;
  if (CALL(SYS_newfstatat, AT_FDCWD, path, &found, AT_SYMLINK_NOFOLLOW) < 0) {
    return -1;
  }
  memset(to, 0, sizeof(*to));
  to->st_dev = found.st_dev;
  to->st_mode = found.st_mode;
  to->st_ino = found.st_ino;
  return 0;
}

int nb_unlink(const char *path) EXPORTED("unlink");
int nb_unlink(const char *path) { return (int)CALL(SYS_unlinkat, AT_FDCWD, path, 0); }
