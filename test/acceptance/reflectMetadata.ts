// @peculiar/x509 builds on tsyringe, which wants this loaded first.
import "reflect-metadata";
