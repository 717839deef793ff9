/** The whole transport on a library that speaks NetBSD's ABI. */
package io.github.kqueueffm.testsuite.netbsd;
