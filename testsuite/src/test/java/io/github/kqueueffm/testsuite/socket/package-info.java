/** Netty's shared tests of TCP channels over this transport, and what they leave out. */
package io.github.kqueueffm.testsuite.socket;
