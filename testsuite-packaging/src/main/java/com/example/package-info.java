/** The program that the tests package in each way. */
package com.example;
