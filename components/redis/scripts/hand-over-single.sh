#!/bin/bash

hand_over() { :; } # there is no other member
