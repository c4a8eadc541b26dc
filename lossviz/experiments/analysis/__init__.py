"""What lies behind the results: whom losses listened to, calibration, errors, rates."""
