/** Netty's shared tests of streams over Unix domain sockets. */
package io.github.kqueueffm.testsuite.domain;
