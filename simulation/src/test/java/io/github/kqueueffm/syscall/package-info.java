/** What tests on a simulated system need of the library's package of system calls. */
package io.github.kqueueffm.syscall;
